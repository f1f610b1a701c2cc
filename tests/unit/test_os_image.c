/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/image.c, source.c, digest.c and upload.c: images that are
 * found, fetched and uploaded.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/digest.h"
#include "../../plugins/clouds/openstack/source.h"
#include "../../plugins/clouds/openstack/upload.h"
#include "../fakes/tenant.h"

#define RUN    "20261121-130829-1f3a8c02"
#define LABEL  "guest-" RUN
#define IMAGES "/image/v2/images"
#define ID     "0a3827f8-f638-4d30-aab4-262237ea0605"

static char path[] = "/tmp/vmtp-test-image-XXXXXX";

static void written(const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    close(fd);
}

static int file_make(void **state)
{
    int fd = mkostemp(path, O_CLOEXEC);

    (void)state;
    close(fd);
    return fd < 0;
}

static int file_remove(void **state)
{
    (void)state;
    return unlink(path);
}

/* ---- finding ---- */

static void finds_an_image_and_how_much_disk_it_fills(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(t->cloud, "[{'use': 'image-list'}]");
    assert_int_equal(image_find(t->client, "pf-image", &image, &t->err), 0);
    assert_string_equal(image.id, ID);
    assert_int_equal(image.disk_bytes, 41943040); /* unpacked */
}

static void takes_the_newest_of_several_and_says_so(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(
        t->cloud,
        "[{'method': 'GET', 'path': '" IMAGES "?name=u', 'status': 200, 'body': {'images': ["
        "  {'id': 'a', 'name': 'u', 'status': 'active', 'created_at': '2026-01-01T00:00:00Z'},"
        "  {'id': 'b', 'name': 'u', 'status': 'active', 'created_at': '2026-03-01T00:00:00Z',"
        "   'min_disk': 3, 'min_ram': 64},"
        "  {'id': 'c', 'name': 'u', 'status': 'queued', 'created_at': '2026-04-01T00:00:00Z'},"
        "  {'id': 'd', 'name': 'v', 'status': 'active', 'created_at': '2026-05-01T00:00:00Z'}]}}]");
    assert_int_equal(image_find(t->client, "u", &image, &t->err), 0);
    assert_string_equal(image.id, "b");
    assert_int_equal(image.min_disk_gib, 3);
    assert_int_equal(image.min_ram_mib, 64);
    assert_non_null(strstr(t->host->log, "warn image 'u': of 2 with that name the newest is used"));
}

static void finds_images_of_communities_and_by_id(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(
        t->cloud,
        "[{'method': 'GET', 'path': '" IMAGES "?name=c&visibility=community', 'status': 200,"
        "  'body': {'images': [{'id': 'x', 'name': 'c', 'status': 'active'}]}},"
        " {'method': 'GET', 'path': '" IMAGES "', 'status': 200, 'body': {'images': []}},"
        " {'method': 'GET', 'path': '" IMAGES "/y', 'status': 200,"
        "  'body': {'id': 'y', 'name': 'n', 'status': 'active'}}]");
    assert_int_equal(image_find(t->client, "c", &image, &t->err), 0);
    assert_string_equal(image.id, "x");
    assert_int_equal(image_find(t->client, "y", &image, &t->err), 0);
    assert_string_equal(image.name, "n");
}

static void says_why_an_image_can_not_be_used(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(
        t->cloud,
        "[{'method': 'GET', 'path': '" IMAGES "?name=q', 'status': 200, 'body': {'images': ["
        "  {'id': 'q', 'name': 'q', 'status': 'queued'}]}},"
        " {'method': 'GET', 'path': '" IMAGES "', 'status': 200, 'body': {'images': []}},"
        " {'method': 'GET', 'path': '" IMAGES "/*', 'status': 404, 'body': 'no'}]");
    assert_int_equal(image_find(t->client, "none", &image, &t->err), -ENOENT);
    assert_string_equal(t->err.text, "image 'none': there is none of that name or id");
    assert_int_equal(image_find(t->client, "q", &image, &t->err), -ENOENT);
    assert_string_equal(t->err.text, "image 'q': the one of that name is not active but queued");
}

/* ---- sources ---- */

static const char *recognized(struct tenant *t, const char *bytes, size_t len)
{
    static char text[sizeof(struct vmtp_error)];
    struct source source;

    written(bytes, len);
    t->opt.image_url = path;
    if (source_open(&t->host->self, &t->opt, &source, &t->err) < 0) {
        snprintf(text, sizeof text, "%s", t->err.text);
        return text;
    }
    assert_int_equal(source.bytes, len);
    snprintf(text, sizeof text, "%s", source.format);
    source_close(&source);
    return text;
}

static void recognizes_an_image_by_its_beginning(void **state)
{
    static char iso[0x8010], vdi[80];
    struct tenant *t = *state;

    memcpy(iso + 0x8001, "CD001", 5);
    memcpy(vdi + 64, "\x7f\x10\xda\xbe", 4);
    assert_string_equal(recognized(t, "QFI\xfb...", 7), "qcow2");
    assert_string_equal(recognized(t, "KDMV...", 7), "vmdk");
    assert_string_equal(recognized(t, "vhdxfile", 8), "vhdx");
    assert_string_equal(recognized(t, "conectix", 8), "vhd");
    assert_string_equal(recognized(t, iso, sizeof iso), "iso");
    assert_string_equal(recognized(t, vdi, sizeof vdi), "vdi");
    assert_string_equal(recognized(t, "x", 1), "raw");
}

static void refuses_what_is_no_image(void **state)
{
    struct tenant *t = *state;

    assert_string_equal(recognized(t, "", 0), "image-url: the image is empty");
    assert_string_equal(recognized(t, "\x1f\x8b\x08", 3),
                        "image-url: what should be an image is packed with gzip");
    assert_string_equal(recognized(t, "<!DOCTYPE html>", 15),
                        "image-url: what should be an image is a web page");
}

static const char *checked(struct tenant *t, const char *url, const char *checksum)
{
    t->opt.image_url = url;
    t->opt.image_checksum = checksum;
    t->err.text[0] = '\0';
    source_check(&t->opt, &t->err);
    return t->err.text;
}

static void checks_url_and_checksum_before_anything_is_done(void **state)
{
    struct tenant *t = *state;
    char url[80];

    snprintf(url, sizeof url, "file://%s", path);
    assert_string_equal(checked(t, url, NULL), "");
    snprintf(url, sizeof url, "file://localhost%s", path);
    assert_string_equal(checked(t, url, NULL), "");
    assert_string_equal(checked(t, "https://nowhere.invalid/x", NULL), "");
    assert_string_equal(checked(t, "ftp://x/y", NULL),
                        "image-url must be a path or begin with file://, http:// or https://");
    assert_string_equal(checked(t, "/nowhere/x", NULL),
                        "image-url: can't read /nowhere/x: No such file or directory");
    assert_string_equal(checked(t, "/tmp", NULL), "image-url: /tmp is no file");
    assert_string_equal(checked(t, path, "sha256:12"),
                        "image-checksum 'sha256:12' must be sha256:HEX, sha512:HEX or md5:HEX with "
                        "all digits");
}

static void reads_checksums_with_and_without_their_name(void **state)
{
    struct digest digest;
    struct vmtp_error err = { 0 };
    char text[200];

    (void)state;
    assert_int_equal(digest_read("MD5:900150983CD24FB0D6963F7D28E17F72", &digest, &err), 0);
    assert_string_equal(digest.algorithm, "md5");
    assert_string_equal(digest.hex, "900150983cd24fb0d6963f7d28e17f72");
    snprintf(text, sizeof text, "%064d", 0);
    assert_int_equal(digest_read(text, &digest, &err), 0);
    assert_string_equal(digest.algorithm, "sha256");
    snprintf(text, sizeof text, "sha512:%0128d", 0);
    assert_int_equal(digest_read(text, &digest, &err), 0);
    assert_string_equal(digest.algorithm, "sha512");
    assert_int_equal(digest_read("sha256:900150983CD24FB0D6963F7D28E17F72", &digest, &err),
                     -EINVAL);
    assert_int_equal(digest_read("md5:g00150983CD24FB0D6963F7D28E17F72", &digest, &err), -EINVAL);
}

static void knows_the_checksum_of_a_file(void **state)
{
    struct vmtp_error err = { 0 };
    char hex[DIGEST_HEX_MAX];
    int fd;

    (void)state;
    written("abc", 3);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(digest_file(fd, "md5", -1, hex, &err), 0);
    assert_string_equal(hex, "900150983cd24fb0d6963f7d28e17f72");
    assert_int_equal(digest_file(fd, "sha256", -1, hex, &err), 0);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(digest_file(fd, "crc0", -1, hex, &err), -EINVAL);
    assert_string_equal(err.text, "this machine's OpenSSL has no crc0");
    close(fd);
}

static void refuses_an_image_with_another_checksum(void **state)
{
    struct tenant *t = *state;
    struct source source;

    written("abc", 3);
    t->opt.image_url = path;
    t->opt.image_checksum = "900150983cd24fb0d6963f7d28e17f72";
    assert_int_equal(source_open(&t->host->self, &t->opt, &source, &t->err), 0);
    source_close(&source);
    t->opt.image_checksum = "md5:000150983cd24fb0d6963f7d28e17f72";
    assert_int_equal(source_open(&t->host->self, &t->opt, &source, &t->err), -EBADMSG);
    assert_string_equal(t->err.text,
                        "image-url: the image is not the one that image-checksum means: its md5 is "
                        "900150983cd24fb0d6963f7d28e17f72");
}

/* ---- fetching ---- */

static int fetched(struct tenant *t, const char *from, struct source *ret)
{
    static char url[128];

    snprintf(url, sizeof url, "%s%s", t->cloud->url, from);
    t->opt.image_url = url;
    return source_open(&t->host->self, &t->opt, ret, &t->err);
}

static void fetches_an_image_without_the_token_and_over_redirects(void **state)
{
    struct tenant *t = *state;
    struct source source;
    json_t *request;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '/files/latest', 'status': 302,"
                      "  'headers': {'Location': '@URL@/files/1'}, 'body': 'over there'},"
                      " {'method': 'GET', 'path': '/files/1', 'status': 200, 'size': 3000000}]");
    assert_int_equal(fetched(t, "/files/latest", &source), 0);
    assert_int_equal(source.bytes, 3000000);
    assert_string_equal(source.format, "raw");
    source_close(&source);
    request = fake_cloud_request(t->cloud, "GET /files/1", 0);
    assert_null(json_object_get(json_object_get(request, "headers"), "x-auth-token"));
    json_decref(request);
}

static void says_why_an_image_can_not_be_fetched(void **state)
{
    struct tenant *t = *state;
    struct source source;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '/files/1', 'status': 404, 'body': 'no'},"
                      " {'method': 'GET', 'path': '/files/2', 'status': 200,"
                      "  'body': 'half an image', 'fault': 'truncate'}]");
    assert_int_equal(fetched(t, "/files/1", &source), -ENOENT);
    assert_string_equal(t->err.text, "image-url: the server answers 404");
    assert_true(fetched(t, "/files/2", &source) < 0);
    setenv("TMPDIR", "/nowhere", 1);
    assert_int_equal(fetched(t, "/files/1", &source), -ENOENT);
    unsetenv("TMPDIR");
    assert_string_equal(t->err.text, "image-url: can't make a temporary file in /nowhere: No such "
                                     "file or directory");
}

/* ---- uploading ---- */

#define ABC                                                                                        \
    "'os_hash_algo': 'sha256', 'os_hash_value': "                                                  \
    "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'"

static int uploaded(struct tenant *t, struct os_image *ret)
{
    written("abc", 3);
    t->opt.image = "guest";
    t->opt.image_url = path;
    return image_upload(t->client, &t->opt, LABEL, ret, &t->err);
}

static void uploads_an_image_and_waits_until_it_is_active(void **state)
{
    struct tenant *t = *state;
    const struct vmtp_pair property = { "hw_vif_multiqueue_enabled", "true" };
    struct os_image image;

    t->opt.image_properties = (struct vmtp_map){ &property, 1 };
    fake_cloud_script(t->cloud, "[{'use': 'image-get-queued', 'times': 1},"
                                " {'method': 'GET', 'path': '" IMAGES "/" ID "', 'status': 200,"
                                "  'body': {'id': '" ID "', 'status': 'active', 'size': 3,"
                                "           " ABC "}}]");
    assert_int_equal(uploaded(t, &image), 0);
    assert_string_equal(image.id, ID);
    assert_int_equal(image.disk_bytes, 3);
    assert_string_equal(tenant_asked(t, "POST " IMAGES, 0, ""),
                        "{\"name\":\"" LABEL "\",\"disk_format\":\"raw\","
                        "\"container_format\":\"bare\",\"tags\":[\"vmtp\",\"" RUN "\"],"
                        "\"hw_vif_multiqueue_enabled\":\"true\"}");
    assert_int_equal(fake_cloud_count(t->cloud, "PUT " IMAGES "/" ID "/file"), 1);
    assert_int_equal(t->host->owned_count, 1);
    assert_string_equal(t->host->owned[0].kind, "image");
    assert_string_equal(t->host->owned[0].id, "6f031765bf824c3b9610144dd980ca4a/" LABEL);
    assert_false(t->host->owned[0].freed);
}

static void gives_an_image_that_is_kept_its_plain_name_at_last(void **state)
{
    struct tenant *t = *state;
    struct os_image image;
    json_t *request;

    t->opt.keep_image = true;
    t->opt.image_format = "qcow2";
    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" IMAGES "/" ID "', 'status': 200,"
                                "  'body': {'id': '" ID "', 'status': 'active', " ABC "}},"
                                " {'method': 'PATCH', 'path': '" IMAGES "/" ID "', 'status': 200,"
                                "  'body': {}}]");
    assert_int_equal(uploaded(t, &image), 0);
    assert_string_equal(image.name, "guest");
    assert_string_equal(tenant_asked(t, "POST " IMAGES, 0, "name"), LABEL);
    assert_string_equal(tenant_asked(t, "POST " IMAGES, 0, "disk_format"), "qcow2");
    assert_string_equal(tenant_asked(t, "PATCH " IMAGES "/" ID, 0, "0.value"), "guest");
    request = fake_cloud_request(t->cloud, "PATCH " IMAGES "/" ID, 0);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(request, "headers"), "content-type")),
        "application/openstack-images-v2.1-json-patch");
    json_decref(request);
    assert_true(t->host->owned[0].freed);
}

static void an_image_that_is_refused_is_not_in_the_ledger(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(t->cloud, "[{'method': 'POST', 'path': '" IMAGES "', 'status': 403,"
                                "  'body': '<html><body>not you</body></html>'}]");
    assert_int_equal(uploaded(t, &image), -EPERM);
    assert_string_equal(t->err.text, "image " LABEL ": image: 403: not you");
    assert_true(t->host->owned[0].freed);
}

static void refuses_an_image_that_the_cloud_has_otherwise(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" IMAGES "/" ID "', 'status': 200,"
                                "  'body': {'id': '" ID "', 'status': 'active',"
                                "           'checksum': '000150983cd24fb0d6963f7d28e17f72'}}]");
    assert_int_equal(uploaded(t, &image), -EBADMSG);
    assert_string_equal(t->err.text,
                        "image " LABEL ": the cloud has other bytes than were sent: its md5 is "
                        "000150983cd24fb0d6963f7d28e17f72...");
    assert_false(t->host->owned[0].freed);
}

static void goes_on_where_a_checksum_is_of_an_unknown_kind(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(t->cloud, "[{'method': 'GET', 'path': '" IMAGES "/" ID "', 'status': 200,"
                                "  'body': {'id': '" ID "', 'status': 'active',"
                                "           'os_hash_algo': 'crc0', 'os_hash_value': '00'}}]");
    assert_int_equal(uploaded(t, &image), 0);
    assert_non_null(strstr(t->host->log, "debug the image is not compared with what was sent: this "
                                         "machine's OpenSSL has no crc0"));
}

static void says_why_an_upload_has_failed(void **state)
{
    struct tenant *t = *state;
    struct os_image image;

    fake_cloud_script(t->cloud,
                      "[{'method': 'GET', 'path': '" IMAGES "/" ID "', 'status': 200,"
                      "  'body': {'id': '" ID "', 'status': 'killed'}},"
                      " {'method': 'PUT', 'path': '" IMAGES "/" ID "/file', 'status': 204, 'times':"
                      "  1}, {'method': 'PUT', 'path': '" IMAGES "/" ID "/file', 'status': 413,"
                      "  'body': '<html><body>too large</body></html>'}]");
    assert_int_equal(uploaded(t, &image), -EREMOTEIO);
    assert_string_equal(t->err.text, "image " LABEL ": the cloud has given it up: it is killed");
    assert_true(uploaded(t, &image) < 0);
    assert_string_equal(t->err.text, "image " LABEL ": image: 413: too large");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tenant_set_up, tenant_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(finds_an_image_and_how_much_disk_it_fills),
        TEST(takes_the_newest_of_several_and_says_so),
        TEST(finds_images_of_communities_and_by_id),
        TEST(says_why_an_image_can_not_be_used),
        TEST(recognizes_an_image_by_its_beginning),
        TEST(refuses_what_is_no_image),
        TEST(checks_url_and_checksum_before_anything_is_done),
        cmocka_unit_test(reads_checksums_with_and_without_their_name),
        cmocka_unit_test(knows_the_checksum_of_a_file),
        TEST(refuses_an_image_with_another_checksum),
        TEST(fetches_an_image_without_the_token_and_over_redirects),
        TEST(says_why_an_image_can_not_be_fetched),
        TEST(uploads_an_image_and_waits_until_it_is_active),
        TEST(gives_an_image_that_is_kept_its_plain_name_at_last),
        TEST(an_image_that_is_refused_is_not_in_the_ledger),
        TEST(refuses_an_image_that_the_cloud_has_otherwise),
        TEST(goes_on_where_a_checksum_is_of_an_unknown_kind),
        TEST(says_why_an_upload_has_failed),
    };

    return cmocka_run_group_tests(tests, file_make, file_remove);
}
