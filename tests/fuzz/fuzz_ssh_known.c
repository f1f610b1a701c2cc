/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes plugins/common/ssh/known.c: any file can be asked.
 */
#include "../../plugins/common/ssh/known.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void type_see(void *arg, const char *type)
{
    (void)arg;
    if (strlen(type) > 63)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char name[] = "server";
    struct ssh_known *known = NULL;
    struct ssh_known_answer answer;

    if (ssh_known_load(NULL, NULL, &known, NULL) < 0)
        return 0;
    if (ssh_known_parse(known, "f", (const char *)data, size) == 0) {
        ssh_known_types(known, name, 22, type_see, NULL);
        answer =
            ssh_known_check(known, name, 2222, (struct ssh_bytes){ data, size < 64 ? size : 64 });
        if ((answer.file != NULL) != (answer.verdict != SSH_KNOWN_NOT))
            abort();
    }
    ssh_known_free(known);
    return 0;
}
