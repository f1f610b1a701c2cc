/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/complaint.c: what services say, in all their forms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/complaint.c"

static const char *const no_secrets[] = { NULL };

static void says(int status, const char *body, int code, const char *text)
{
    struct http_answer answer = { .status = status,
                                  .body = (char *)(uintptr_t)body,
                                  .len = strlen(body),
                                  .request_id = "req-1" };
    struct vmtp_error err = { 0 };

    assert_int_equal(complaint_fail(&answer, no_secrets, &err), code);
    assert_string_equal(err.text, text);
    assert_int_equal(err.code, code);
}

static void reads_nova_s_form(void **state)
{
    (void)state;
    says(400, "{\"badRequest\": {\"code\": 400, \"message\": \"Invalid key_name provided.\"}}",
         -EINVAL, "400 badRequest: Invalid key_name provided (req-1)");
    says(409, "{\"conflictingRequest\": {\"message\": \"exists already\"}}", -EBUSY,
         "409 conflictingRequest: exists already (req-1)");
    says(403, "{\"forbidden\": {\"message\": \"Policy doesn't allow os_compute_api\"}}", -EPERM,
         "403 forbidden: Policy doesn't allow os_compute_api (req-1)");
}

static void reads_neutron_s_forms(void **state)
{
    (void)state;
    says(409,
         "{\"NeutronError\": {\"type\": \"RouterInUse\", \"message\": \"Router x has ports\"}}",
         -EBUSY, "409 RouterInUse: Router x has ports (req-1)");
    says(400, "{\"NeutronError\": \"Invalid input\"}", -EINVAL, "400: Invalid input (req-1)");
}

static void reads_keystone_s_and_placement_s_forms(void **state)
{
    (void)state;
    says(401,
         "{\"error\": {\"code\": 401, \"title\": \"Unauthorized\", \"message\": \"Go away.\"}}",
         -EACCES, "401: Go away (req-1)");
    says(404,
         "{\"errors\": [{\"status\": 404, \"title\": \"Not Found\", \"detail\": \"No such x\"}]}",
         -ENOENT, "404: No such x (req-1)");
    says(429, "{\"message\": \"API rate limit exceeded\"}", -EBUSY,
         "429: API rate limit exceeded (req-1)");
    says(429, "{\"error\": \"slow down\"}", -EBUSY, "429: slow down (req-1)");
}

static void reads_pages_of_glance_and_of_proxies(void **state)
{
    (void)state;
    says(403,
         "<html>\n <head>\n  <title>403 Forbidden</title>\n </head>\n <body>\n"
         "  <h1>403 Forbidden</h1>\n  You don&#x27;t own &lt;it&gt; &amp; more.<br /><br />\n\n\n\n"
         " </body>\n</html>",
         -EPERM, "403: Forbidden You don't own <it> & more (req-1)");
    says(503,
         "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this "
         "request.\n</body></html>",
         -EREMOTEIO,
         "503: Service Unavailable No server is available to handle this request (req-1)");
}

static void reads_glance_s_tags_in_json(void **state)
{
    (void)state;
    says(404, "{\"message\": \"No image found with ID <x><br /><br />\\n\\n\", \"code\": \"404\"}",
         -ENOENT, "404: No image found with ID <x> (req-1)");
}

static void tells_a_quota_from_other_refusals(void **state)
{
    (void)state;
    says(403, "{\"forbidden\": {\"message\": \"Quota exceeded for ram: Requested 9\"}}", -EDQUOT,
         "403 forbidden: Quota exceeded for ram: Requested 9 (req-1)");
    says(409, "{\"NeutronError\": {\"type\": \"OverQuota\", \"message\": \"too many\"}}", -EDQUOT,
         "409 OverQuota: too many (req-1)");
    says(413, "{\"overLimit\": {\"message\": \"Quota exceeded\"}}", -EDQUOT,
         "413 overLimit: Quota exceeded (req-1)");
    says(413, "too large", -EINVAL, "413: too large (req-1)");
}

static void knows_what_each_status_means(void **state)
{
    (void)state;
    says(500, "", -EREMOTEIO, "500: no reason is given (req-1)");
    says(405, "", -EINVAL, "405: no reason is given (req-1)");
    says(300, "{\"choices\": []}", -EPROTO,
         "300: it leads elsewhere, where a token does not go (req-1)");
    says(302, "", -EPROTO, "302: it leads elsewhere, where a token does not go (req-1)");
}

static void makes_one_clean_line_of_anything(void **state)
{
    (void)state;
    says(500, "a\tb\x1b[31m\n\n c \xff\xfe", -EREMOTEIO, "500: a b [31m c ?? (req-1)");
    says(500, "{\"error\": {\"message\": \"za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87\"}}", -EREMOTEIO,
         "500: za\xc5\xbc\xc3\xb3\xc5\x82\xc4\x87 (req-1)");
    says(500, "{\"a\": 1}", -EREMOTEIO, "500: {\"a\": 1} (req-1)");
}

/* "x..." of so many bytes behind `before`. */
static void filled(char *ret, size_t size, const char *before, const char *unit)
{
    size_t len = strlen(before);

    memcpy(ret, before, len);
    for (; len + strlen(unit) + 4 < size; len += strlen(unit))
        memcpy(ret + len, unit, strlen(unit));
    memcpy(ret + len, "\"}}", 4);
}

static void cuts_between_characters(void **state)
{
    static const char *const befores[] = { "{\"error\": {\"message\": \"",
                                           "{\"error\": {\"message\": \"a" };
    struct complaint complaint;
    char body[4000];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct http_answer answer = { .status = 500, .body = body };
        json_t *text;

        filled(body, sizeof body, befores[i], "\xc3\xb3");
        answer.len = strlen(body);
        complaint_read(&answer, no_secrets, &complaint);
        assert_true(strlen(complaint.text) > COMPLAINT_MAX - 16);
        text = json_string(complaint.text); /* NULL: it is no UTF-8 */
        assert_non_null(text);
        json_decref(text);
    }
}

static void tells_no_secret(void **state)
{
    static const char *const secrets[] = { "gAAAA-token", "geheim", NULL };
    const char *const bodies[] = {
        "{\"error\": {\"message\": \"Could not find token: gAAAA-token of geheim.\"}}",
        "{\"badRequest\": {\"message\": \"geheimgAAAA-token\"}}",
        "<h1>geheim</h1> gAAAA-token",
        "{\"any\": \"geheim\"",
    };
    char long_body[4000];
    struct vmtp_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct http_answer answer = { .status = 400,
                                      .body = (char *)(uintptr_t)bodies[i],
                                      .len = strlen(bodies[i]),
                                      .request_id = "req-geheim" };

        complaint_fail(&answer, secrets, &err);
        assert_null(strstr(err.text, "geheim"));
        assert_null(strstr(err.text, "gAAAA-token"));
        assert_non_null(strstr(err.text, "***"));
    }
    for (size_t i = 0; i < 12; i++) { /* nor the beginning of one where it is cut */
        struct http_answer answer = { .status = 400, .body = long_body };

        memset(long_body, 'x', i);
        long_body[i] = '\0';
        filled(long_body + i, sizeof long_body - i, "", "gAAAA-token ");
        answer.len = strlen(long_body);
        complaint_fail(&answer, secrets, &err);
        assert_null(strstr(err.text, "gA"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_nova_s_form),
        cmocka_unit_test(reads_neutron_s_forms),
        cmocka_unit_test(reads_keystone_s_and_placement_s_forms),
        cmocka_unit_test(reads_pages_of_glance_and_of_proxies),
        cmocka_unit_test(reads_glance_s_tags_in_json),
        cmocka_unit_test(tells_a_quota_from_other_refusals),
        cmocka_unit_test(knows_what_each_status_means),
        cmocka_unit_test(makes_one_clean_line_of_anything),
        cmocka_unit_test(cuts_between_characters),
        cmocka_unit_test(tells_no_secret),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
