/* SPDX-License-Identifier: Apache-2.0
 *
 * Makes a result document of any bytes that stand in a run's journal.
 */
#include "core/base/attr.h"
#include "core/result/recover.h"

#include <stdlib.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _close_ int fd = memfd_create("journal", MFD_CLOEXEC);
    struct vmtp_error err = { 0 };
    json_t *document = NULL;
    char name[40];

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    if (journal_recover(name, &document, &err) == 0 && !json_object_get(document, "watched"))
        abort();
    json_decref(document);
    return 0;
}
