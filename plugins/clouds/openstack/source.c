/* SPDX-License-Identifier: Apache-2.0
 *
 * Where an image comes from: see source.h.
 */
#include "source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../common/clock.h"
#include "digest.h"
#include "http.h"

#define STALL_NS  (60 * NS_PER_S)
#define LONGEST   (12 * 3600 * NS_PER_S) /* where the step has no deadline */
#define REDIRECTS 8
#define BYTES_MAX (32ull << 30) /* of what is fetched; no machine that measures takes more */
#define HEAD      0x8006        /* where the mark of an ISO image ends */

/* ---- what it is ---- */

static const struct magic {
    size_t at;
    const char *bytes;
    size_t len;
    const char *format;  /* NULL: this can't be an image, but ... */
    const char *mistake; /* ... is this */
} magics[] = {
    { 0, "QFI\xfb", 4, "qcow2", NULL },
    { 0, "KDMV", 4, "vmdk", NULL },
    { 0, "# Disk DescriptorFile", 21, "vmdk", NULL },
    { 0, "vhdxfile", 8, "vhdx", NULL },
    { 0, "conectix", 8, "vhd", NULL },
    { 64, "\x7f\x10\xda\xbe", 4, "vdi", NULL },
    { 0x8001, "CD001", 5, "iso", NULL },
    { 0, "\x1f\x8b", 2, NULL, "packed with gzip" },
    { 0,
      "\xfd"
      "7zXZ",
      5, NULL, "packed with xz" },
    { 0, "BZh", 3, NULL, "packed with bzip2" },
    { 0, "\x28\xb5\x2f\xfd", 4, NULL, "packed with zstd" },
    { 0, "PK\x03\x04", 4, NULL, "a ZIP archive" },
    { 0, "<!", 2, NULL, "a web page" },
    { 0, "<html", 5, NULL, "a web page" },
};

/* Whatever has no mark is the disk as it is. */
static int source_recognize(struct source *source, struct vmtp_error *err)
{
    char *head = calloc(1, HEAD);
    struct stat status;
    int r = 0;

    if (!head)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    source->format = "raw";
    if (fstat(source->fd, &status) < 0 || pread(source->fd, head, HEAD, 0) < 0)
        r = vmtp_fail(err, -errno, "can't read the image: %s", strerror(errno));
    else if (status.st_size == 0)
        r = vmtp_fail(err, -EINVAL, "the image is empty");
    else
        source->bytes = (uint64_t)status.st_size;
    for (size_t i = 0; r == 0 && i < sizeof magics / sizeof *magics; i++) {
        const struct magic *magic = &magics[i];

        if (memcmp(head + magic->at, magic->bytes, magic->len) != 0)
            continue;
        source->format = magic->format;
        if (!magic->format)
            r = vmtp_fail(err, -EINVAL, "what should be an image is %s", magic->mistake);
        break;
    }
    free(head);
    return r;
}

static int source_verify(struct vmtp_self *self, const struct source *source, const char *checksum,
                         struct vmtp_error *err)
{
    struct digest want;
    char hex[DIGEST_HEX_MAX];
    int r = digest_read(checksum, &want, err);

    if (r == 0)
        r = digest_file(source->fd, want.algorithm, self->host->cancel_fd(self), hex, err);
    if (r == 0 && strcmp(hex, want.hex) != 0)
        r = vmtp_fail(err, -EBADMSG,
                      "the image is not the one that image-checksum means: its %s is %s",
                      want.algorithm, hex);
    return r;
}

/* ---- where it is ---- */

static bool is_remote(const char *url)
{
    return strncasecmp(url, "http://", 7) == 0 || strncasecmp(url, "https://", 8) == 0;
}

/* NULL: this is neither a path nor a file's URL. */
static const char *path_of(const char *url)
{
    if (strncasecmp(url, "file://localhost/", 17) == 0)
        return url + 16;
    if (strncasecmp(url, "file://", 7) == 0)
        return url + 7;
    return strstr(url, "://") ? NULL : url;
}

int source_check(const struct os_options *opt, struct vmtp_error *err)
{
    const char *path = path_of(opt->image_url);
    struct digest digest;
    struct stat status;

    if (!is_remote(opt->image_url) && !path)
        return vmtp_fail(err, -EINVAL,
                         "image-url must be a path or begin with file://, http:// or https://");
    if (path && (stat(path, &status) < 0 || access(path, R_OK) < 0))
        return vmtp_fail(err, -errno, "image-url: can't read %.200s: %s", path, strerror(errno));
    if (path && !S_ISREG(status.st_mode))
        return vmtp_fail(err, -EINVAL, "image-url: %.200s is no file", path);
    return opt->image_checksum ? digest_read(opt->image_checksum, &digest, err) : 0;
}

void source_moved(void *arg, uint64_t bytes, uint64_t all_bytes)
{
    const struct source_progress *progress = arg;
    char text[120];

    if (all_bytes)
        snprintf(text, sizeof text, "%s: %.0f of %.0f MB", progress->doing, (double)bytes / 1e6,
                 (double)all_bytes / 1e6);
    else
        snprintf(text, sizeof text, "%s: %.0f MB", progress->doing, (double)bytes / 1e6);
    progress->self->host->progress(progress->self, 0, text);
}

/* Without a name from the beginning, where the file system can do that. */
static int temporary_open(struct vmtp_error *err)
{
    const char *folder = getenv("TMPDIR");
    char path[4096];
    int fd;

    if (!folder || !*folder)
        folder = "/tmp";
    fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        snprintf(path, sizeof path, "%s/vmtp-image-XXXXXX", folder);
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        return vmtp_fail(err, -errno, "can't make a temporary file in %.200s: %s", folder,
                         strerror(errno));
    return fd;
}

/* The token goes nowhere near it, and the cloud's own authorities say nothing about it. */
static int source_fetch(struct vmtp_self *self, const char *url, int fd, struct vmtp_error *err)
{
    struct source_progress progress = { self, "fetching the image" };
    struct http_file file = {
        .fd = fd, .size = BYTES_MAX, .moved = source_moved, .arg = &progress
    };
    uint64_t deadline_ns = self->host->deadline_ns(self);
    struct http_request request = {
        .method = "GET",
        .url = url,
        .download = &file,
        .deadline_ns = deadline_ns ? deadline_ns : clock_now_ns() + LONGEST,
        .cancel_fd = self->host->cancel_fd(self),
        .stall_ns = STALL_NS,
        .redirects = REDIRECTS,
    };
    struct http_answer answer = { 0 };
    struct http *http = NULL;
    enum http_reach reach;
    int r = http_new(&(struct http_options){ 0 }, &http, err);

    if (r == 0)
        r = http_perform(http, &request, &answer, &reach, err);
    if (r == 0 && answer.status != 200)
        r = vmtp_fail(err, answer.status == 404 ? -ENOENT : -EREMOTEIO, "the server answers %d",
                      (int)answer.status);
    http_answer_clear(&answer);
    http_free(http);
    return r;
}

static int source_get(struct vmtp_self *self, const char *url, struct vmtp_error *err)
{
    const char *path = path_of(url);
    int fd, r;

    if (path) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        return fd < 0 ? vmtp_fail(err, -errno, "can't read %.200s: %s", path, strerror(errno)) : fd;
    }
    fd = temporary_open(err);
    if (fd < 0)
        return fd;
    r = source_fetch(self, url, fd, err);
    if (r < 0) {
        close(fd);
        return r;
    }
    return fd;
}

int source_open(struct vmtp_self *self, const struct os_options *opt, struct source *ret,
                struct vmtp_error *err)
{
    struct source source = { .fd = -1 };
    int r = source_check(opt, err);

    if (r == 0)
        r = source.fd = source_get(self, opt->image_url, err);
    if (r >= 0)
        r = source_recognize(&source, err);
    if (r == 0 && opt->image_checksum)
        r = source_verify(self, &source, opt->image_checksum, err);
    if (r == 0) {
        *ret = source;
        return 0;
    }
    source_close(&source);
    return vmtp_wrap(err, "image-url");
}

void source_close(struct source *source)
{
    if (source->fd >= 0)
        close(source->fd);
    source->fd = -1;
}
