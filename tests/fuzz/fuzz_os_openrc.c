/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes plugins/clouds/openstack/openrc.c: names are names, values are not empty and no work of a
 * shell.
 */
#include "../../plugins/clouds/openstack/openrc.c"
#include "../../plugins/clouds/openstack/secret.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *map = NULL, *value;
    const char *key;

    if (openrc_parse((const char *)data, size, &map) < 0)
        return 0;
    json_object_foreach(map, key, value)
    {
        const char *text = json_string_value(value);

        if (!key[0] || key[strspn(key, LETTERS)])
            abort();
        if (!text || !text[0] || strchr(text, '\n') || strlen(text) > size)
            abort();
    }
    secret_json_free(map);
    return 0;
}
