/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes plugins/clouds/openstack/yaml.c: what comes out is a map within its bounds, or an error
 * that says where.
 */
#include "../../plugins/clouds/openstack/secret.c"

#include "../../plugins/clouds/openstack/yaml.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct secret_text text = { (char *)(uintptr_t)data, size };
    struct vmtp_error err = { 0 };
    json_t *json = NULL;

    if (text_parse(&text, "f", &json, &err) < 0) {
        if (strncmp(err.text, "f:", 2) != 0)
            abort();
        return 0;
    }
    if (!json_is_object(json) || values_count(json) > 2 * VALUES_MAX)
        abort();
    secret_json_free(json);
    return 0;
}
