/* SPDX-License-Identifier: Apache-2.0
 *
 * Fuzzes what a cloud answers: plugins/clouds/openstack/catalog.c, whose URLs must be fit for a
 * token, and complaint.c, whose text must be a line that any journal takes.
 */
#include "../../plugins/clouds/openstack/catalog.c"
#include "../../plugins/clouds/openstack/complaint.c"

#include <stdlib.h>

#define SECRET "secret"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void token_try(const json_t *answer, const struct os_credentials *credentials)
{
    static struct os_token token;
    struct vmtp_error err = { 0 };

    token = (struct os_token){ 0 };
    catalog_version(answer, 3);
    if (catalog_read(answer, credentials, "http://k/v3", 1, &token, &err) < 0)
        return;
    for (enum os_service i = OS_IDENTITY; i <= OS_IMAGE; i++)
        if (strncasecmp(token.base[i], "http", 4) != 0 ||
            token.base[i][strlen(token.base[i]) - 1] == '/')
            abort();
}

static void complaint_try(const uint8_t *data, size_t size, int status)
{
    static const char *const secrets[] = { SECRET, NULL };
    struct http_answer answer = { .status = status, .body = (char *)(uintptr_t)data, .len = size };
    struct complaint complaint;
    json_t *text;

    complaint_read(&answer, secrets, &complaint);
    text = json_string(complaint.text); /* NULL: it is no UTF-8 */
    if (complaint.code >= 0 || !text || strstr(complaint.text, SECRET))
        abort();
    for (const char *p = complaint.text; *p; p++)
        if (iscntrl((unsigned char)*p) && (unsigned char)*p < 0x80)
            abort();
    json_decref(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *answer = json_loadb((const char *)data, size, 0, NULL);

    token_try(answer, &(struct os_credentials){ 0 });
    token_try(answer, &(struct os_credentials){ .interface = "internal", .region = "RegionOne" });
    json_decref(answer);
    for (int status = 302; status < 600; status += 101)
        complaint_try(data, size, status);
    return 0;
}
