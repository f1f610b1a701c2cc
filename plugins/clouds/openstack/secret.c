/* SPDX-License-Identifier: Apache-2.0 */
#include "secret.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* Into memory that is large enough from the start, so that growing leaves no copies behind. */
static int read_all(int fd, struct secret_text *text)
{
    for (;;) {
        ssize_t n = read(fd, text->data + text->len, SECRET_FILE_MAX + 1 - text->len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        text->len += (size_t)n;
        if (text->len > SECRET_FILE_MAX)
            return -EFBIG;
        if (n == 0)
            break;
    }
    text->data[text->len] = '\0';
    return 0;
}

int secret_read(const char *file, struct secret_text *ret, struct vmtp_error *err)
{
    struct secret_text text = { .data = malloc(SECRET_FILE_MAX + 2) };
    int fd, r;

    if (!text.data)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    fd = open(file, O_RDONLY | O_CLOEXEC);
    r = fd < 0 ? -errno : read_all(fd, &text);
    if (fd >= 0)
        close(fd);
    if (r < 0) {
        secret_clear(&text);
        return vmtp_fail(err, r, "%.200s: %s", file, strerror(-r));
    }
    *ret = text;
    return 0;
}

void secret_clear(struct secret_text *text)
{
    if (text->data)
        explicit_bzero(text->data, text->len);
    free(text->data);
    *text = (struct secret_text){ 0 };
}

static void strings_wipe(json_t *json)
{
    const char *key;
    json_t *value;
    size_t i;

    if (json_is_string(json))
        explicit_bzero((char *)(uintptr_t)json_string_value(json), json_string_length(json));
    json_array_foreach(json, i, value) strings_wipe(value);
    json_object_foreach(json, key, value) strings_wipe(value);
}

void secret_json_free(json_t *json)
{
    if (json)
        strings_wipe(json);
    json_decref(json);
}
