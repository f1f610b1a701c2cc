/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/classic/credentials.c, openrc.c and clouds.c: where OpenStack credentials come
 * from and what of them is missing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/fd.h"
#include "core/classic/credentials.h"
#include "tests/fakes/classic.h"

#define SECRET "geheim"

/* As OpenStack's dashboard writes it today. */
static const char horizon_rc[] =
    "#!/usr/bin/env bash\n"
    "# To use an OpenStack cloud you need to authenticate.\n"
    "export OS_AUTH_URL=https://keystone.example:5000/v3\n"
    "# With the addition of Keystone we have standardized on the term **project**\n"
    "export OS_PROJECT_ID=5c1e9f1b2a3d4e5f\n"
    "export OS_PROJECT_NAME=\"lab 7\"\n"
    "export OS_USER_DOMAIN_NAME=\"Default\"\n"
    "if [ -z \"$OS_USER_DOMAIN_NAME\" ]; then unset OS_USER_DOMAIN_NAME; fi\n"
    "export OS_PROJECT_DOMAIN_ID=\"default\"\n"
    "if [ -z \"$OS_PROJECT_DOMAIN_ID\" ]; then unset OS_PROJECT_DOMAIN_ID; fi\n"
    "unset OS_TENANT_ID\n"
    "unset OS_TENANT_NAME\n"
    "export OS_USERNAME='admin'\n"
    "echo \"Please enter your OpenStack Password for project $OS_PROJECT_NAME: \"\n"
    "read -sr OS_PASSWORD_INPUT\n"
    "export OS_PASSWORD=$OS_PASSWORD_INPUT\n"
    "export OS_REGION_NAME=\"RegionOne\"\r\n"
    "export OS_INTERFACE=public\n"
    "export OS_IDENTITY_API_VERSION=3\n";

static char folder[] = "/tmp/test_credentials.XXXXXX";
static struct wish *wish;
static struct credentials *credentials;

static int setup(void **state)
{
    (void)state;
    environment_clear();
    if (!mkdtemp(folder) || chdir(folder) < 0)
        return -1;
    return setenv("HOME", folder, 1);
}

static int clear(void **state)
{
    static const char *const names[] = { "OS_AUTH_URL", "OS_USERNAME",    "OS_PASSWORD",
                                         "OS_CLOUD",    "OS_TENANT_NAME", "OS_CLIENT_CONFIG_FILE" };

    (void)state;
    credentials_free(TAKE(credentials));
    wish_free(TAKE(wish));
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
    unlink("rc");
    unlink("clouds.yaml");
    unlink("secure.yaml");
    unlink("other.yaml");
    return 0;
}

static int teardown(void **state)
{
    clear(state);
    return chdir("/") < 0 ? -1 : rmdir(folder);
}

static void file_write(const char *name, const char *text)
{
    if (file_replace(name, text, strlen(text), 0600, NULL) < 0)
        fail_msg("%s can't be written", name);
}

/* The flags, which blanks separate. */
static int read_with(const char *flags_text, struct vmtp_error *err)
{
    char words[200], *argv[12], *rest = words;
    int argc = 0, r;

    credentials_free(TAKE(credentials));
    wish_free(TAKE(wish));
    snprintf(words, sizeof words, "vmtp %s", flags_text);
    while ((argv[argc] = strsep(&rest, " ")))
        argc += *argv[argc] != '\0';
    assert_int_equal(wish_read(argc, argv, &wish, err), 0);
    r = credentials_read(wish, &credentials, err);
    return r;
}

static void given_by(const char *flags_text)
{
    struct vmtp_error err = { 0 };

    if (read_with(flags_text, &err) < 0)
        fail_msg("%s", err.text);
}

static void refused(const char *flags_text, int code, const char *why)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(read_with(flags_text, &err), code);
    assert_string_equal(err.text, why);
}

static void is(enum credential_id id, const char *value, const char *from)
{
    assert_string_equal(credentials->all[id].value ? credentials->all[id].value : "-", value);
    assert_string_equal(credentials->all[id].from ? credentials->all[id].from : "-", from);
}

static void reads_the_file_of_the_dashboard(void **state)
{
    (void)state;
    file_write("rc", horizon_rc);
    setenv("OS_USERNAME", "somebody", 1);
    given_by("-r rc");
    is(CRED_AUTH_URL, "https://keystone.example:5000/v3", "rc");
    is(CRED_PROJECT_ID, "5c1e9f1b2a3d4e5f", "rc");
    is(CRED_PROJECT_NAME, "lab 7", "rc");
    is(CRED_USER_DOMAIN_NAME, "Default", "rc");
    is(CRED_PROJECT_DOMAIN_ID, "default", "rc");
    is(CRED_USERNAME, "admin", "rc");
    is(CRED_PASSWORD, "-", "-");
    is(CRED_REGION_NAME, "RegionOne", "rc");
    is(CRED_INTERFACE, "public", "rc");
    is(CRED_USER_DOMAIN_ID, "-", "-");
    assert_true(credentials_given(credentials));
    assert_null(credentials_missing(credentials));
}

static void reads_assignments_and_nothing_else(void **state)
{
    static const struct {
        const char *line, *username;
    } lines[] = {
        { "OS_USERNAME=a", "a" },
        { "  export\tOS_USERNAME=a # comment", "a" },
        { "export OS_USERNAME=a; echo b", "a" },
        { "export OS_USERNAME='a $b\"c'", "a $b\"c" },
        { "export OS_USERNAME=\"a \\\"b\\\" \\c\"", "a \"b\" \\c" },
        { "export OS_USERNAME=a' b'\" c\"d", "a b cd" },
        { "export OS_USERNAME=pa$$word", "pa$$word" },
        { "export OS_USERNAME=a\nexport OS_USERNAME=b", "b" },
        { "export OS_USERNAME=a\r\n", "a" },
        { "export OS_USERNAME=", "-" },
        { "export OS_USERNAME=\"\"", "-" },
        { "export OS_USERNAME=${OS_USERNAME:-demo}", "-" },
        { "export OS_USERNAME=\"$(whoami)\"", "-" },
        { "export OS_USERNAME=\"a", "-" },
        { "# export OS_USERNAME=a", "-" },
        { "echo OS_USERNAME=a", "-" },
        { "export MY_OS_USERNAME=a", "-" },
        { "export OS_USERNAME a", "-" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        file_write("rc", lines[i].line);
        given_by("-r rc");
        is(CRED_USERNAME, lines[i].username, lines[i].username[0] == '-' ? "-" : "rc");
    }
}

static void knows_the_names_before_keystone_v3(void **state)
{
    (void)state;
    file_write("rc", "export OS_AUTH_URL=http://k:5000/v2.0\nexport OS_TENANT_NAME=lab\n"
                     "export OS_USERNAME=u\nexport OS_ENDPOINT_TYPE=internalURL\n");
    given_by("-r rc");
    is(CRED_PROJECT_NAME, "lab", "rc");
    is(CRED_INTERFACE, "internalURL", "rc");
    is(CRED_USER_DOMAIN_ID, "-", "-");
    assert_null(credentials_missing(credentials));
}

static void domains_that_nobody_named_are_the_default_ones(void **state)
{
    (void)state;
    file_write("rc", "OS_AUTH_URL=http://k:5000\nOS_PROJECT_NAME=lab\nOS_USERNAME=u\n");
    given_by("-r rc");
    is(CRED_USER_DOMAIN_ID, "default", "the openstack command's default");
    is(CRED_PROJECT_DOMAIN_ID, "default", "the openstack command's default");
}

static void the_environment_is_read_unless_told_otherwise(void **state)
{
    (void)state;
    setenv("OS_AUTH_URL", "http://env", 1);
    setenv("OS_PASSWORD", SECRET, 1);
    given_by("");
    is(CRED_AUTH_URL, "http://env", "the environment");
    is(CRED_PASSWORD, SECRET, "the environment");
    given_by("--no-env");
    assert_false(credentials_given(credentials));
    is(CRED_PASSWORD, "-", "-");
    file_write("rc", "OS_AUTH_URL=http://rc\n");
    given_by("-r rc");
    is(CRED_AUTH_URL, "http://rc", "rc");
    is(CRED_PASSWORD, SECRET, "the environment");
}

static void the_password_has_an_order(void **state)
{
    (void)state;
    file_write("rc", "OS_AUTH_URL=http://rc\nOS_PASSWORD=of-rc\n");
    setenv("OS_PASSWORD", "of-env", 1);
    given_by("-r rc -p of-flag");
    is(CRED_PASSWORD, "of-flag", "-p");
    given_by("-r rc");
    is(CRED_PASSWORD, "of-rc", "rc");
    file_write("rc", "OS_AUTH_URL=http://rc\n");
    given_by("-r rc");
    is(CRED_PASSWORD, "of-env", "the environment");
}

static void reads_clouds_yaml_with_secure_yaml_over_it(void **state)
{
    (void)state;
    file_write("clouds.yaml", "clouds:\n  lab:\n    auth:\n      auth_url: http://k/v3\n"
                              "      username: u\n      project_name: p\n"
                              "      user_domain_name: Default\n      project_domain_id: default\n"
                              "    region_name: R1\n    interface: internal\n    verify: false\n"
                              "    cacert: /ca.pem\n    identity_api_version: 3\n");
    file_write("secure.yaml", "clouds: { lab: { auth: { password: " SECRET " } } }\n");
    given_by("--os-cloud lab");
    is(CRED_AUTH_URL, "http://k/v3", "./clouds.yaml");
    is(CRED_PASSWORD, SECRET, "./clouds.yaml");
    is(CRED_REGION_NAME, "R1", "./clouds.yaml");
    is(CRED_INTERFACE, "internal", "./clouds.yaml");
    is(CRED_INSECURE, "true", "./clouds.yaml");
    is(CRED_CACERT, "/ca.pem", "./clouds.yaml");
    is(CRED_IDENTITY_API_VERSION, "3", "./clouds.yaml");
    assert_null(credentials_missing(credentials));
    setenv("OS_CLOUD", "lab", 1);
    given_by("");
    is(CRED_USERNAME, "u", "./clouds.yaml");
    file_write("rc", "export OS_CLOUD=lab\n");
    given_by("-r rc --no-env");
    is(CRED_USERNAME, "u", "./clouds.yaml");
    file_write("other.yaml", "clouds: { other: { auth: { username: o } } }\n");
    setenv("OS_CLIENT_CONFIG_FILE", "other.yaml", 1);
    given_by("--os-cloud other");
    is(CRED_USERNAME, "o", "other.yaml");
}

static void an_application_credential_needs_no_user(void **state)
{
    (void)state;
    file_write("clouds.yaml", "clouds: { lab: { auth_type: v3applicationcredential, auth: {"
                              " auth_url: http://k, application_credential_id: i,"
                              " application_credential_secret: " SECRET " } } }\n");
    given_by("--os-cloud lab");
    is(CRED_APPLICATION_CREDENTIAL_ID, "i", "./clouds.yaml");
    is(CRED_USER_DOMAIN_ID, "-", "-");
    assert_null(credentials_missing(credentials));
    file_write("rc", "OS_AUTH_URL=http://k\nOS_APPLICATION_CREDENTIAL_NAME=n\n");
    given_by("-r rc");
    assert_string_equal(credentials_missing(credentials),
                        "OS_APPLICATION_CREDENTIAL_SECRET, OS_USERNAME or OS_USER_ID missing");
}

static void says_what_is_missing(void **state)
{
    (void)state;
    given_by("");
    assert_false(credentials_given(credentials));
    setenv("OS_USERNAME", "u", 1);
    given_by("");
    assert_true(credentials_given(credentials));
    assert_string_equal(credentials_missing(credentials),
                        "OS_AUTH_URL, OS_PROJECT_NAME or OS_PROJECT_ID missing");
    file_write("rc", "OS_AUTH_URL=http://k\nOS_TOKEN=" SECRET "\nOS_PROJECT_ID=p\n");
    given_by("-r rc");
    assert_null(credentials_missing(credentials));
    file_write("rc", "");
    given_by("-r rc");
    assert_true(credentials_given(credentials));
    setenv("OS_CLOUD", "lab", 1);
    given_by("");
    assert_string_equal(credentials_missing(credentials),
                        "cloud 'lab': there is no clouds.yaml here, in ~/.config/openstack or in "
                        "/etc/openstack");
}

static void says_why_there_are_none(void **state)
{
    (void)state;
    refused("-r nowhere", -ENOENT, "nowhere: No such file or directory");
    refused("-r rc --os-cloud lab", -EINVAL,
            "-r and --os-cloud both say whose credentials: give one");
    refused("--os-cloud lab", -ENOENT,
            "cloud 'lab': there is no clouds.yaml here, in ~/.config/openstack or in "
            "/etc/openstack");
    file_write("clouds.yaml", "clouds: { lab: { auth: {} } }\n");
    refused("--os-cloud lap", -ENOENT,
            "./clouds.yaml: there is no cloud 'lap'; did you mean 'lab'?");
    file_write("clouds.yaml", "clouds: { lab: 3 }\n");
    refused("--os-cloud lab", -EINVAL,
            "./clouds.yaml:1:16: clouds.lab: a value where a map is wanted");
}

static int answer(void *arg, const char *what, char *ret, size_t len, struct vmtp_error *err)
{
    int *asked = arg;

    ++*asked;
    assert_string_equal(what, "OpenStack password of u");
    if (*asked > 1)
        return vmtp_fail(err, -ENOTTY, "nobody is there");
    snprintf(ret, len, "%s", SECRET);
    return 0;
}

static void asks_for_the_password_only_if_it_is_not_known(void **state)
{
    int asked = 0;
    const struct prompt prompt = { answer, &asked };
    struct vmtp_error err = { 0 };

    (void)state;
    file_write("rc", "OS_AUTH_URL=http://k\nOS_USERNAME=u\nOS_PROJECT_NAME=p\n");
    given_by("-r rc -p " SECRET);
    assert_int_equal(credentials_ask(credentials, &prompt, &err), 0);
    assert_int_equal(asked, 0);
    given_by("-r rc");
    assert_int_equal(credentials_ask(credentials, &prompt, &err), 0);
    is(CRED_PASSWORD, SECRET, "the terminal");
    given_by("-r rc");
    assert_int_equal(credentials_ask(credentials, &prompt, &err), -ENOTTY);
    assert_string_equal(err.text, "OpenStack password of u: nobody is there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_the_file_of_the_dashboard, clear),
        cmocka_unit_test_teardown(reads_assignments_and_nothing_else, clear),
        cmocka_unit_test_teardown(knows_the_names_before_keystone_v3, clear),
        cmocka_unit_test_teardown(domains_that_nobody_named_are_the_default_ones, clear),
        cmocka_unit_test_teardown(the_environment_is_read_unless_told_otherwise, clear),
        cmocka_unit_test_teardown(the_password_has_an_order, clear),
        cmocka_unit_test_teardown(reads_clouds_yaml_with_secure_yaml_over_it, clear),
        cmocka_unit_test_teardown(an_application_credential_needs_no_user, clear),
        cmocka_unit_test_teardown(says_what_is_missing, clear),
        cmocka_unit_test_teardown(says_why_there_are_none, clear),
        cmocka_unit_test_teardown(asks_for_the_password_only_if_it_is_not_known, clear),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
