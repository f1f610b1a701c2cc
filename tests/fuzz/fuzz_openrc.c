/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes core/classic/openrc.c: names are names, values are not empty and no work of a shell.
 */
#include "core/classic/openrc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_(arena_freep) struct arena *arena = arena_new();
    struct vmtp_map map = { 0 };

    if (!arena || openrc_parse((const char *)data, size, arena, &map) < 0)
        return 0;
    for (size_t i = 0; i < map.count; i++) {
        const struct vmtp_pair *pair = &map.pairs[i];

        if (!pair->name[0] || pair->name[strspn(pair->name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                            "0123456789_")])
            abort();
        if (!pair->value[0] || strchr(pair->value, '\n') || strlen(pair->value) > size)
            abort();
    }
    return 0;
}
