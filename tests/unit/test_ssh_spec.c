/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/common/ssh/spec.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/common/ssh/spec.h"

static void is(const char *text, const char *user, const char *host, unsigned int port)
{
    struct ssh_spec spec;
    struct vmtp_error err = { 0 };

    if (ssh_spec_parse(text, &spec, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(spec.user, user);
    assert_string_equal(spec.host, host);
    assert_int_equal(spec.port, port);
}

static void reads_names_and_addresses_with_and_without_user_and_port(void **state)
{
    (void)state;
    is("server", "", "server", 0);
    is("root@server.example.net", "root", "server.example.net", 0);
    is("root@192.0.2.1:2222", "root", "192.0.2.1", 2222);
    is("pat@example.com@server", "pat@example.com", "server", 0);
    is("under_score-9.x:1", "", "under_score-9.x", 1);
}

static void reads_ip6_bare_and_in_brackets(void **state)
{
    (void)state;
    is("2001:db8::1", "", "2001:db8::1", 0);
    is("root@::1", "root", "::1", 0);
    is("root@[2001:db8::1]", "root", "2001:db8::1", 0);
    is("[2001:db8::1]:65535", "", "2001:db8::1", 65535);
    is("[fe80::1%eth0]:22", "", "fe80::1%eth0", 22);
}

static void refuses_what_is_no_server(void **state)
{
    static const char *const wrong[] = {
        "",           "root@",     "@server",      "server:",    "server:0", "server:65536",
        "server:ssh", "server:+1", "[::1",         "[::1]22",    "[server]", "[::1]:",
        "1:2:3",      "-oProxy",   "a b",          "root@a/b",   "ro ot@a",  "::1%",
        "[fe80::1%]", ".hidden",   "server:22:22", "server: 22",
    };
    struct ssh_spec spec = { .port = 7 };
    struct vmtp_error err = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (ssh_spec_parse(wrong[i], &spec, &err) != -EINVAL)
            fail_msg("'%s' was taken", wrong[i]);
    assert_int_equal(spec.port, 7); /* untouched */
    ssh_spec_parse("a b", &spec, &err);
    assert_string_equal(err.text, "'a b' is no SSH server: write user@host, user@host:port or "
                                  "user@[2001:db8::1]:port");
}

static void takes_no_password_and_does_not_show_it(void **state)
{
    struct ssh_spec spec = { .port = 7 };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(ssh_spec_parse("root:secret@server", &spec, &err), -EINVAL);
    assert_string_equal(err.text,
                        "no password stands in front of the '@': the option password takes it");
    assert_int_equal(spec.port, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names_and_addresses_with_and_without_user_and_port),
        cmocka_unit_test(reads_ip6_bare_and_in_brackets),
        cmocka_unit_test(refuses_what_is_no_server),
        cmocka_unit_test(takes_no_password_and_does_not_show_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
