/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads any bytes as a journal; and what is a figure in it as a record.
 */
#include "core/result/journal.h"
#include "core/result/lines.h"

#include <stdlib.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *arg, const json_t *line)
{
    struct vmtp_record record;

    (void)arg;
    if (journal_record(line, &record) == 0 && (!record.flow || !record.metric || !record.kind))
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _close_ int fd = memfd_create("journal", MFD_CLOEXEC);
    struct vmtp_error err = { 0 };
    uint64_t end = 0;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
        return 0;
    (void)lines_read(fd, "journal", take, NULL, &end, &err);
    if (end > size)
        abort();
    return 0;
}
