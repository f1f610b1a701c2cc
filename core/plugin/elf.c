/* SPDX-License-Identifier: Apache-2.0 */
#include "elf.h"

#include "../base/attr.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>

typedef ElfW(Ehdr) elf_header;
typedef ElfW(Phdr) elf_segment;
typedef ElfW(Shdr) elf_section;
typedef ElfW(Sym) elf_symbol;

struct image {
    const unsigned char *bytes;
    size_t len;
};

/* count items of size each at offset, or NULL when they are not all in the file, or items larger
 * than a byte not aligned. */
static const void *image_at(const struct image *image, uint64_t offset, uint64_t count,
                            uint64_t size)
{
    uint64_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes) || offset > image->len ||
        bytes > image->len - offset || (size > 1 && offset % sizeof(uint64_t) != 0))
        return NULL;
    return image->bytes + offset;
}

static const elf_header *header_find(const struct image *image)
{
    const elf_header *header = image_at(image, 0, 1, sizeof *header);

    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_type != ET_DYN ||
        header->e_phentsize != sizeof(elf_segment) || header->e_shentsize != sizeof(elf_section))
        return NULL;
    return header;
}

/* Every byte that the loader would map has to be there: beyond the end is SIGBUS. */
static bool segments_whole(const struct image *image, const elf_header *header)
{
    const elf_segment *segments =
        image_at(image, header->e_phoff, header->e_phnum, sizeof *segments);

    for (size_t i = 0; segments && i < header->e_phnum; i++)
        if (segments[i].p_filesz > image->len ||
            segments[i].p_offset > image->len - segments[i].p_filesz)
            return false;
    return segments != NULL;
}

static bool symbol_in(const struct image *image, const elf_section *table,
                      const elf_section *strings, const char *name)
{
    size_t count = table->sh_size / sizeof(elf_symbol);
    const elf_symbol *symbols = image_at(image, table->sh_offset, count, sizeof *symbols);
    const char *text = image_at(image, strings->sh_offset, strings->sh_size, 1);
    size_t len = strlen(name) + 1;

    if (!symbols || !text)
        return false;
    for (size_t i = 0; i < count; i++)
        if (symbols[i].st_shndx != SHN_UNDEF && symbols[i].st_name < strings->sh_size &&
            len <= strings->sh_size - symbols[i].st_name &&
            memcmp(text + symbols[i].st_name, name, len) == 0)
            return true;
    return false;
}

static int image_exports(const struct image *image, const char *name, struct vmtp_error *err)
{
    const elf_header *header = header_find(image);
    const elf_section *sections;

    if (!header)
        return vmtp_fail(err, -ENOEXEC, "is no shared object");
    sections = image_at(image, header->e_shoff, header->e_shnum, sizeof *sections);
    if (!sections || !segments_whole(image, header))
        return vmtp_fail(err, -ENOEXEC, "is truncated or damaged: build or copy it again");
    for (size_t i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == SHT_DYNSYM && sections[i].sh_link < header->e_shnum &&
            symbol_in(image, &sections[i], &sections[sections[i].sh_link], name))
            return 1;
    return 0;
}

int elf_exports(const char *path, const char *symbol, struct vmtp_error *err)
{
    _close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    void *bytes;
    int r;

    if (fd < 0 || fstat(fd, &st) < 0)
        return vmtp_fail(err, -errno, "%s", strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size == 0)
        return vmtp_fail(err, -ENOEXEC, "is no shared object");
    bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return vmtp_fail(err, -errno, "%s", strerror(errno));
    r = image_exports(&(struct image){ bytes, (size_t)st.st_size }, symbol, err);
    munmap(bytes, (size_t)st.st_size);
    return r;
}
