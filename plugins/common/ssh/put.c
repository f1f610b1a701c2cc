/* SPDX-License-Identifier: Apache-2.0
 *
 * Files to a place: through the stdin of a shell there, for every server has one and few small ones
 * have SFTP; then the digest of what has arrived is compared.
 */
#include "output.h"

#include <elf.h>
#include <endian.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ANSWER_MAX 4096
#define CHUNK      (32 * 1024)

/* $1 is a new folder of the file's own, $2 its name. */
static const char receiver[] =
    "umask 077; mkdir \"$1\" && cat >\"$1/$2\" && chmod 700 \"$1/$2\" || exit 1; "
    "if command -v sha256sum >/dev/null 2>&1; then sha256sum <\"$1/$2\"; "
    "else wc -c <\"$1/$2\"; fi";

struct sending {
    struct ssh_place *place;
    const struct ssh_patience *patience;
    int fd;
    uint64_t bytes;
    char digest[65]; /* of what was sent, in hex */
};

/* ---- is it a program for that machine? ---- */

static const struct {
    const char *name; /* as uname -m says it */
    unsigned int elf;
} machines[] = {
    { "x86_64", EM_X86_64 }, { "i386", EM_386 },     { "i486", EM_386 },
    { "i586", EM_386 },      { "i686", EM_386 },     { "aarch64", EM_AARCH64 },
    { "armv6l", EM_ARM },    { "armv7l", EM_ARM },   { "armv8l", EM_ARM },
    { "ppc64le", EM_PPC64 }, { "ppc64", EM_PPC64 },  { "s390x", EM_S390 },
    { "riscv64", EM_RISCV }, { "loongarch64", 258 }, { "mips", EM_MIPS },
    { "mips64", EM_MIPS },
};
#define MACHINES (sizeof machines / sizeof *machines)

static const char *machine_name(unsigned int elf)
{
    for (size_t i = 0; i < MACHINES; i++)
        if (machines[i].elf == elf)
            return machines[i].name;
    return "another machine";
}

/* 0: it is no program, or nobody knows. */
static unsigned int machine_of(int fd)
{
    Elf32_Ehdr header; /* begins as the one of 64 bits does */

    if (pread(fd, &header, sizeof header, 0) != (ssize_t)sizeof header ||
        memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return 0;
    return header.e_ident[EI_DATA] == ELFDATA2MSB ? be16toh(header.e_machine)
                                                  : le16toh(header.e_machine);
}

static int machine_check(const struct sending *sending, const char *from, struct vmtp_error *err)
{
    const char *there = sending->place->machine;
    unsigned int elf = machine_of(sending->fd);

    for (size_t i = 0; elf && i < MACHINES; i++)
        if (strcmp(machines[i].name, there) == 0 && machines[i].elf != elf &&
            !(elf == EM_386 && machines[i].elf == EM_X86_64))
            return vmtp_fail(err, -ENOEXEC,
                             "%s is a program for %s, and this endpoint is a %s; a vmtp that was "
                             "built for %s has it",
                             from, machine_name(elf), there, there);
    return 0;
}

/* ---- sending ---- */

static void digest_write(EVP_MD_CTX *context, char ret[65])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    EVP_DigestFinal_ex(context, bytes, &len);
    for (unsigned int i = 0; i < len && i < 32; i++)
        snprintf(ret + 2 * (size_t)i, 3, "%02x", bytes[i]);
}

/* -EPIPE: the other side has stopped, and says why on stderr. */
static int bytes_send(struct sending *sending, int pipe, struct vmtp_error *err)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    char *chunk = malloc(CHUNK);
    ssize_t n = 1;
    int r = context && chunk && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1
                ? 0
                : vmtp_fail(err, -ENOMEM, "out of memory");

    while (r == 0 && (n = read(sending->fd, chunk, CHUNK)) > 0) {
        sending->bytes += (uint64_t)n;
        EVP_DigestUpdate(context, chunk, (size_t)n);
        r = ssh_pipe_write(pipe, chunk, (size_t)n, sending->patience, err);
    }
    if (r == 0 && n < 0)
        r = vmtp_fail(err, -errno, "%s", strerror(errno));
    if (r == 0)
        digest_write(context, sending->digest);
    EVP_MD_CTX_free(context);
    free(chunk);
    return r;
}

static bool is_as_sent(const struct sending *sending, const char *answer)
{
    if (strcspn(answer, " \n") == 64)
        return strncmp(answer, sending->digest, 64) == 0;
    return strtoull(answer, NULL, 10) == sending->bytes;
}

static int answer_judge(const struct sending *sending, int status, struct ssh_output *answer,
                        struct vmtp_error *err)
{
    char *said = (char *)answer->err.data;

    said[strcspn(said, "\n")] = '\0';
    if (status != 0)
        return vmtp_fail(err, -EIO, "%s", *said ? said : "the shell there failed");
    if (!is_as_sent(sending, (const char *)answer->out.data))
        return vmtp_fail(err, -EIO, "it did not arrive as it was sent");
    return 0;
}

/* In a process that has started; ends it. */
static int transfer(struct sending *sending, struct vmtp_channel *channel, struct vmtp_error *err)
{
    struct ssh_output answer = { 0 };
    int r = bytes_send(sending, channel->in, err), status;

    ssh_pipe_close(&channel->in);
    if (r == 0 || r == -EPIPE)
        r = ssh_output_read(&answer, channel, ANSWER_MAX, sending->patience, err);
    ssh_pipe_close(&channel->out);
    ssh_pipe_close(&channel->err);
    status = ssh_place_reap(channel);
    if (r == 0)
        r = answer_judge(sending, status, &answer, err);
    ssh_output_clear(&answer);
    return r;
}

static int folder_send(struct sending *sending, const char *folder, const char *name,
                       struct vmtp_error *err)
{
    const char *argv[] = { "sh", "-c", receiver, "vmtp-put", folder, name, NULL };
    struct vmtp_channel channel = { .size = sizeof channel };
    int r = ssh_place_start(sending->place, argv, sending->patience, &channel, err);

    return r < 0 ? r : transfer(sending, &channel, err);
}

static const char *name_of(const char *from)
{
    const char *slash = strrchr(from, '/');

    return slash ? slash + 1 : from;
}

int ssh_file_send(struct ssh_place *place, const struct ssh_file *file,
                  const struct ssh_patience *patience, struct vmtp_error *err)
{
    struct sending sending = { .place = place, .patience = patience };
    const char *name = name_of(file->from);
    char folder[sizeof place->folder + 16];
    int r;

    snprintf(folder, sizeof folder, "%s/%u", place->folder, file->number);
    sending.fd = open(file->from, O_RDONLY | O_CLOEXEC);
    if (sending.fd < 0)
        return vmtp_fail(err, -errno, "%s: %s", file->from, strerror(errno));
    r = machine_check(&sending, file->from, err);
    if (r == 0) {
        r = folder_send(&sending, folder, name, err);
        r = r < 0 ? vmtp_wrap(err, "can't put %s at %s/%s", name, folder, name) : 0;
    }
    close(sending.fd);
    return r;
}

/* ---- and kept ---- */

/* In a place that is claimed.  What was lost on the way is sent once more. */
static int file_put(struct ssh_place *place, struct ssh_file *file,
                    const struct ssh_patience *patience, struct vmtp_error *err)
{
    struct vmtp_error why = { 0 };
    int r = ssh_place_recover(place, patience, err);

    if (r < 0)
        return r;
    r = ssh_file_send(place, file, patience, &why);
    if (r == 0)
        return 0;
    if (r == -ECANCELED || !ssh_place_is_lost(place))
        return vmtp_fail(err, r, "%s", why.text);
    r = ssh_place_recover(place, patience, err);
    return r < 0 ? r : ssh_file_send(place, file, patience, err);
}

int ssh_place_put(struct ssh_place *place, const char *from, const struct ssh_patience *patience,
                  char *ret_path, size_t len, struct vmtp_error *err)
{
    struct ssh_file *file;
    char path[PATH_MAX];
    int r;

    if (!place->folder[0])
        return vmtp_fail(err, -EACCES,
                         "there is no folder from which a program may be run: TMPDIR, /tmp, "
                         "/var/tmp, ~/.cache and /dev/shm were tried");
    file = calloc(1, sizeof *file + strlen(from) + 1);
    if (!file)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    memcpy(file->from, from, strlen(from) + 1);
    r = ssh_place_claim(place, patience, err);
    if (r < 0) {
        free(file);
        return r;
    }
    file->number = ++place->numbers;
    r = snprintf(path, sizeof path, "%s/%u/%s", place->folder, file->number, name_of(from));
    if ((size_t)r >= sizeof path || (size_t)r >= len)
        r = vmtp_fail(err, -ENAMETOOLONG, "%s: its name is too long", from);
    else
        r = file_put(place, file, patience, err);
    if (r == 0) {
        memcpy(ret_path, path, strlen(path) + 1);
        file->next = place->files;
        place->files = file;
    } else {
        free(file);
    }
    ssh_place_yield(place);
    return r;
}
