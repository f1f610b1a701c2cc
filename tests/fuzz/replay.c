/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a fuzzer's entry point on each file of a folder, and on each file cut short at a few
 * places: what `make check` does with the corpora, without libFuzzer.
 */
#include <dirent.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (1u << 20)

static size_t replay(const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "re");
    size_t size;

    if (!file)
        return 0;
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t part = 0; part <= 8; part++) {
        size_t cut = size * part / 8;
        uint8_t *copy = malloc(cut + 1); /* exact, so that a sanitizer sees reads beyond it */

        if (!copy)
            abort();
        memcpy(copy, bytes, cut);
        LLVMFuzzerTestOneInput(copy, cut);
        free(copy);
    }
    return 1;
}

int main(int argc, char **argv)
{
    char path[PATH_MAX];
    struct dirent *entry;
    size_t count = 0;
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;

    if (!folder) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    while ((entry = readdir(folder)))
        if (entry->d_name[0] != '.') {
            snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
            count += replay(path);
        }
    closedir(folder);
    printf("%s all %zu inputs of the corpus are survived\n", count ? "ok" : "FAIL", count);
    return count == 0;
}
