/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes plugins/common/ssh/key.c and container.c: whatever is read can be sent, whatever is
 * refused has a reason.
 */
#include "../../plugins/common/ssh/key.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ssh_buffer public = { 0 };
    struct ssh_key *key = NULL;
    struct vmtp_error err = { 0 };

    if (ssh_key_parse("k", (struct ssh_bytes){ data, size }, "open sesame", &key, &err) == 0)
        ssh_key_public(key, "rsa-sha2-512", &public);
    else if (key || err.code >= 0 || strncmp(err.text, "k: ", 3) != 0)
        abort();
    ssh_buffer_clear(&public);
    ssh_key_free(key);
    return 0;
}
