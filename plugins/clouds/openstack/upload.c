/* SPDX-License-Identifier: Apache-2.0
 *
 * Uploading images: see upload.h.
 */
#include "upload.h"

#include "delay.h"
#include "digest.h"
#include "kind.h"
#include "mark.h"
#include "source.h"

static json_t *image_body(const struct os_options *opt, const struct source *source,
                          const char *label)
{
    json_t *body = json_pack("{s:s,s:s,s:s,s:o}", "name", label, "disk_format",
                             opt->image_format ? opt->image_format : source->format,
                             "container_format", "bare", "tags", mark_tags(label));

    for (size_t i = 0; i < opt->image_properties.count; i++) {
        const struct vmtp_pair *pair = &opt->image_properties.pairs[i];

        json_object_set_new(body, pair->name, json_string(pair->value));
    }
    return body;
}

static int image_create(struct os_client *client, const struct os_options *opt,
                        const struct source *source, const char *label, char ret_id[OS_ID_MAX],
                        struct vmtp_error *err)
{
    json_auto_t *image = NULL;
    int r = kind_owns(client, OS_KIND_IMAGE, label, err);

    if (r < 0)
        return r;
    r = os_post(client, OS_IMAGE, image_body(opt, source, label), &image, err, "/images");
    r = kind_asked(client, OS_KIND_IMAGE, label, r);
    if (r == 0 && !os_text(image, "id", ret_id, OS_ID_MAX))
        r = vmtp_fail(err, -EPROTO, "image: the answer has no id");
    return r;
}

static int image_send(struct os_client *client, const struct source *source, const char *id,
                      struct vmtp_error *err)
{
    struct source_progress progress = { os_client_self(client), "uploading the image" };
    struct http_file file = {
        .fd = source->fd, .size = source->bytes, .moved = source_moved, .arg = &progress
    };
    char path[OS_ID_MAX + 16];
    struct os_call call = { .service = OS_IMAGE, .method = "PUT", .path = path, .upload = &file };

    snprintf(path, sizeof path, "/images/%s/file", id);
    return os_call(client, &call, NULL, err);
}

/* *ret is the caller's to decref. */
static int image_await(struct os_client *client, const char *id, json_t **ret,
                       struct vmtp_error *err)
{
    struct delay delay = { 0 };

    for (;;) {
        json_t *image = NULL;
        char status[32];
        int r = os_get(client, OS_IMAGE, &image, err, "/images/%s", id);

        if (r < 0)
            return r;
        os_text(image, "status", status, sizeof status);
        if (strcmp(status, "active") == 0) {
            *ret = image;
            return 0;
        }
        json_decref(image);
        if (strcmp(status, "killed") == 0 || strcmp(status, "deleted") == 0)
            return vmtp_fail(err, -EREMOTEIO, "the cloud has given it up: it is %s", status);
        r = delay_wait(&delay, os_client_self(client));
        if (r < 0)
            return vmtp_fail(err, r, "it is %s, not active", status);
    }
}

/* By the better of the checksums that the cloud tells, if this machine can compute it. */
static int image_compare(struct os_client *client, const struct source *source, const json_t *image,
                         struct vmtp_error *err)
{
    struct vmtp_self *self = os_client_self(client);
    char algorithm[16], told[DIGEST_HEX_MAX], hex[DIGEST_HEX_MAX];
    struct vmtp_error why = { 0 };
    int r;

    if (!os_text(image, "os_hash_algo", algorithm, sizeof algorithm) ||
        !os_text(image, "os_hash_value", told, sizeof told)) {
        snprintf(algorithm, sizeof algorithm, "md5");
        if (!os_text(image, "checksum", told, sizeof told))
            return 0;
    }
    r = digest_file(source->fd, algorithm, self->host->cancel_fd(self), hex, &why);
    if (r == -EINVAL) {
        vmtp_debug(self, "the image is not compared with what was sent: %s", why.text);
        return 0;
    }
    if (r == 0 && strcmp(hex, told) != 0)
        r = vmtp_fail(&why, -EBADMSG,
                      "the cloud has other bytes than were sent: its %s is %.40s...", algorithm,
                      told);
    if (r < 0)
        *err = why;
    return r;
}

/* From now on it is not the run's. */
static int image_keep(struct os_client *client, const char *name, const char *label,
                      struct os_image *image, struct vmtp_error *err)
{
    json_auto_t *body =
        json_pack("[{s:s,s:s,s:s}]", "op", "replace", "path", "/name", "value", name);
    char path[OS_ID_MAX + 16];
    struct os_call call = { .service = OS_IMAGE,
                            .method = "PATCH",
                            .path = path,
                            .body = body,
                            .content_type = "application/openstack-images-v2.1-json-patch" };
    int r;

    if (!body)
        return vmtp_fail(err, -ENOMEM, "out of memory");
    snprintf(path, sizeof path, "/images/%s", image->id);
    r = os_call(client, &call, NULL, err);
    if (r < 0)
        return r;
    snprintf(image->name, sizeof image->name, "%s", name);
    return kind_freed(client, OS_KIND_IMAGE, label, err);
}

static int source_upload(struct os_client *client, const struct os_options *opt,
                         const struct source *source, const char *label, struct os_image *ret,
                         struct vmtp_error *err)
{
    json_auto_t *answer = NULL;
    struct os_image image;
    char id[OS_ID_MAX];
    int r = image_create(client, opt, source, label, id, err);

    if (r == 0)
        r = image_send(client, source, id, err);
    if (r == 0)
        r = image_await(client, id, &answer, err);
    if (r == 0)
        r = image_compare(client, source, answer, err);
    if (r < 0)
        return r;
    image_read(answer, &image);
    if (opt->keep_image)
        r = image_keep(client, opt->image, label, &image, err);
    if (r == 0)
        *ret = image;
    return r;
}

int image_upload(struct os_client *client, const struct os_options *opt, const char *label,
                 struct os_image *ret, struct vmtp_error *err)
{
    struct source source;
    int r = source_open(os_client_self(client), opt, &source, err);

    if (r < 0)
        return r;
    r = source_upload(client, opt, &source, label, ret, err);
    source_close(&source);
    return r < 0 ? vmtp_wrap(err, "image %s", label) : 0;
}
