/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/credentials.c, openrc.c, clouds.c, yaml.c and secret.c: where
 * OpenStack credentials come from and what of them is missing.
 *
 * The test includes the files it tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/secret.c"

#include "../../plugins/clouds/openstack/openrc.c"

#include "../../plugins/clouds/openstack/yaml.c"

#include "../../plugins/clouds/openstack/clouds.c"

#include "../../plugins/clouds/openstack/credentials.c"

#include "core/base/fd.h"
#include "tests/fakes/classic.h"
#include "tests/fakes/host.h"

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

/* Enough of a user's. */
#define USER "OS_AUTH_URL=http://k:5000\nOS_USERNAME=u\nOS_PROJECT_NAME=p\n"

static char folder[] = "/tmp/test_os_credentials.XXXXXX";
static struct fake_host *fake;
static struct os_credentials *made;
static const char *answer; /* of the person; NULL: nobody is there */
static int asked;

static int host_ask(struct vmtp_self *self, const char *what, char *ret, size_t len,
                    struct vmtp_error *err)
{
    (void)self;
    asked++;
    assert_string_equal(what, "OpenStack password of u");
    if (!answer)
        return vmtp_fail(err, -ENXIO, "nobody is there");
    snprintf(ret, len, "%s", answer);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    environment_clear();
    fake = fake_host_new(NULL, 0);
    if (!fake || !mkdtemp(folder) || chdir(folder) < 0)
        return -1;
    fake->api.ask = host_ask;
    return setenv("HOME", folder, 1);
}

static int clear(void **state)
{
    static const char *const names[] = { "OS_AUTH_URL",           "OS_USERNAME",
                                         "OS_PASSWORD",           "OS_CLOUD",
                                         "OS_TENANT_NAME",        "OS_CLIENT_CONFIG_FILE",
                                         "OS_CLIENT_VENDOR_FILE", "OS_PROJECT_NAME" };
    static const char *const files[] = { "rc", "clouds.yaml", "secure.yaml", "other.yaml",
                                         "clouds-public.yaml" };

    (void)state;
    os_credentials_free(made);
    made = NULL;
    answer = NULL;
    asked = 0;
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
    for (size_t i = 0; i < COUNT(files); i++)
        unlink(files[i]);
    return 0;
}

static int teardown(void **state)
{
    clear(state);
    fake_host_free(fake);
    return chdir("/") < 0 ? -1 : rmdir(folder);
}

static void file_write(const char *name, const char *text)
{
    if (file_replace(name, text, strlen(text), 0600, NULL) < 0)
        fail_msg("%s can't be written", name);
}

static const struct os_options rc = { .rc = "rc" }, lab = { .cloud = "lab" }, none = { 0 };

static const struct os_credentials *given(const struct os_options *opt)
{
    struct vmtp_error err = { 0 };
    char what[60] = "";
    int before = asked, asks;

    os_credentials_free(made);
    made = NULL;
    answer = answer ? answer : SECRET;
    if (os_credentials_check(opt, &err) < 0)
        fail_msg("%s", err.text);
    asks = os_credentials_asks(opt, what, sizeof what);
    if (os_credentials_new(&fake->self, opt, &made, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(asks, asked - before);
    assert_string_equal(what, asks ? "OpenStack password of u" : "");
    return made;
}

static void refused(const struct os_options *opt, const char *why)
{
    struct vmtp_error err = { 0 };

    assert_int_equal(os_credentials_check(opt, &err), -ENOKEY);
    assert_int_equal(err.code, -ENOKEY);
    assert_string_equal(err.text, why);
}

static void is(const char *text, const char *wanted)
{
    assert_string_equal(text ? text : "-", wanted);
}

static void reads_the_file_of_the_dashboard(void **state)
{
    (void)state;
    file_write("rc", horizon_rc);
    setenv("OS_USERNAME", "somebody", 1);
    setenv("OS_PASSWORD", SECRET, 1);
    given(&rc);
    is(made->auth_url, "https://keystone.example:5000/v3");
    is(made->project_id, "5c1e9f1b2a3d4e5f");
    is(made->project_name, "lab 7");
    is(made->user_domain_name, "Default");
    is(made->user_domain_id, "-");
    is(made->project_domain_id, "default");
    is(made->username, "admin");
    is(made->password, SECRET);
    is(made->region, "RegionOne");
    is(made->interface, "public");
    assert_int_equal(made->auth, OS_AUTH_PASSWORD);
    assert_int_equal(made->identity_version, 3);
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
        { "export OS_USERNAME=\xff", "-" },
        { "# export OS_USERNAME=a", "-" },
        { "echo OS_USERNAME=a", "-" },
        { "export MY_OS_USERNAME=a", "-" },
        { "export OS_USERNAME a", "-" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        json_t *map = NULL;

        assert_int_equal(openrc_parse(lines[i].line, strlen(lines[i].line), &map), 0);
        is(json_string_value(json_object_get(map, "USERNAME")), lines[i].username);
        secret_json_free(map);
    }
}

static void knows_the_names_before_keystone_v3(void **state)
{
    (void)state;
    file_write("rc", "export OS_AUTH_URL=http://k:5000/v2.0\nexport OS_TENANT_NAME=lab\n"
                     "export OS_USERNAME=u\nexport OS_ENDPOINT_TYPE=internalURL\n");
    given(&rc);
    is(made->project_name, "lab");
    is(made->interface, "internal");
    is(made->user_domain_id, "-");
    assert_int_equal(made->identity_version, 2);
}

static void domains_that_nobody_named_are_the_default_ones(void **state)
{
    (void)state;
    file_write("rc", USER);
    given(&rc);
    is(made->user_domain_id, "default");
    is(made->project_domain_id, "default");
    is(made->interface, "public");
    assert_int_equal(made->identity_version, 0);
    file_write("rc", USER "OS_DOMAIN_NAME=both\n");
    given(&rc);
    is(made->user_domain_name, "both");
    is(made->project_domain_name, "both");
    is(made->user_domain_id, "-");
}

static void the_environment_is_what_is_left(void **state)
{
    (void)state;
    setenv("OS_AUTH_URL", "http://env", 1);
    setenv("OS_USERNAME", "u", 1);
    setenv("OS_TENANT_NAME", "t", 1);
    setenv("OS_PASSWORD", SECRET, 1);
    given(&none);
    is(made->auth_url, "http://env");
    is(made->project_name, "t");
    is(made->password, SECRET);
    file_write("rc", USER);
    given(&rc);
    is(made->auth_url, "http://k:5000");
    is(made->project_name, "p");
    is(made->password, SECRET);
    assert_int_equal(asked, 0);
}

static void options_go_over_all_others(void **state)
{
    struct os_options opt = { .rc = "rc", .username = "v", .password = "own", .region = "R2" };

    (void)state;
    file_write("rc", USER "OS_PASSWORD=of-rc\nOS_PROJECT_ID=i\nOS_REGION_NAME=R1\n");
    given(&opt);
    is(made->username, "v");
    is(made->password, "own");
    is(made->region, "R2");
    is(made->project_id, "i");
    assert_false(made->insecure);
    opt = (struct os_options){ .rc = "rc", .project_name = "q", .insecure = true };
    given(&opt);
    is(made->project_name, "q");
    is(made->project_id, "-"); /* it would be that of another project */
    is(made->password, "of-rc");
    assert_true(made->insecure);
}

static void reads_clouds_yaml_with_secure_yaml_over_it(void **state)
{
    const struct os_options other = { .cloud = "other" };

    (void)state;
    file_write("clouds.yaml", "clouds:\n  lab:\n    auth:\n      auth_url: http://k/v3\n"
                              "      username: u\n      project_name: p\n      password:\n"
                              "      user_domain_name: Default\n      project_domain_id: default\n"
                              "    region_name: R1\n    interface: internal\n    verify: false\n"
                              "    cacert: ~/ca.pem\n    identity_api_version: 3\n");
    file_write("secure.yaml", "clouds: { lab: { auth: { password: " SECRET " } } }\n");
    given(&lab);
    is(made->auth_url, "http://k/v3");
    is(made->password, SECRET);
    is(made->region, "R1");
    is(made->interface, "internal");
    assert_true(made->insecure);
    assert_non_null(strstr(made->cacert, "/ca.pem"));
    assert_true(made->cacert[0] == '/');
    assert_int_equal(made->identity_version, 3);
    setenv("OS_CLOUD", "lab", 1);
    setenv("OS_USERNAME", "somebody", 1);
    given(&none);
    is(made->username, "u");
    file_write("rc", "export OS_CLOUD=lab\nexport OS_REGION_NAME=R2\n");
    given(&rc);
    is(made->username, "u");
    is(made->region, "R2");
    file_write("other.yaml", "clouds: { other: { auth: { auth_url: http://o, username: o, "
                             "project_id: i, password: x } } }\n");
    setenv("OS_CLIENT_CONFIG_FILE", "other.yaml", 1);
    given(&other);
    is(made->username, "o");
}

static void reads_secure_yaml_beside_the_file_that_is_named(void **state)
{
    char path[PATH_MAX];

    (void)state;
    file_write("clouds.yaml", "clouds: { lab: { auth: { auth_url: http://k, username: u, "
                              "project_id: i } } }\n");
    file_write("secure.yaml", "clouds: { lab: { auth: { password: " SECRET " } } }\n");
    assert_non_null(realpath("clouds.yaml", path));
    setenv("OS_CLIENT_CONFIG_FILE", path, 1);
    assert_int_equal(chdir("/"), 0);
    given(&lab);
    is(made->password, SECRET);
    assert_int_equal(chdir(folder), 0);
}

static void a_profile_lies_below_the_cloud(void **state)
{
    (void)state;
    file_write("clouds-public.yaml", "public-clouds: { vendor: { region_name: R0, auth: { auth_url:"
                                     " http://vendor, project_name: below } } }\n");
    file_write("clouds.yaml", "clouds: { lab: { profile: vendor, auth: { username: u, "
                              "project_name: p } } }\n");
    given(&lab);
    is(made->auth_url, "http://vendor");
    is(made->project_name, "p");
    is(made->region, "R0");
}

static void clouds_may_share_what_they_have_in_common(void **state)
{
    (void)state;
    file_write("clouds.yaml",
               "common: &common { auth_url: http://k, project_name: below }\n"
               "clouds:\n  lab:\n    region_name: &r R1\n    interface: internal\n"
               "    auth: { project_name: p, <<: *common, username: u, user_domain_id: *r }\n");
    given(&lab);
    is(made->auth_url, "http://k");
    is(made->project_name, "p");
    is(made->user_domain_id, "R1");
}

static void an_application_credential_needs_no_user(void **state)
{
    (void)state;
    file_write("clouds.yaml", "clouds: { lab: { auth_type: v3applicationcredential, auth: {"
                              " auth_url: http://k, application_credential_id: i,"
                              " application_credential_secret: " SECRET " } } }\n");
    given(&lab);
    assert_int_equal(made->auth, OS_AUTH_APPLICATION_CREDENTIAL);
    is(made->application_credential_id, "i");
    is(made->application_credential_secret, SECRET);
    is(made->user_domain_id, "-");
    assert_int_equal(asked, 0);
    file_write("rc", "OS_AUTH_URL=http://k\nOS_APPLICATION_CREDENTIAL_NAME=n\n");
    refused(&rc, "OS_APPLICATION_CREDENTIAL_SECRET, OS_USERNAME or OS_USER_ID missing in rc");
}

static void the_type_decides_where_there_are_two(void **state)
{
    (void)state;
    file_write("rc", USER "OS_TOKEN=" SECRET "\n");
    assert_int_equal(given(&rc)->auth, OS_AUTH_TOKEN);
    assert_int_equal(asked, 0);
    file_write("rc", USER "OS_TOKEN=t\nOS_PASSWORD=p\nOS_AUTH_TYPE=v3password\n");
    assert_int_equal(given(&rc)->auth, OS_AUTH_PASSWORD);
    is(made->password, "p");
    file_write("rc", USER "OS_AUTH_TYPE=v3kerberos\n");
    refused(&rc, "auth type 'v3kerberos' of rc is not known: password, token and "
                 "v3applicationcredential are");
}

static void a_system_scope_needs_no_project(void **state)
{
    (void)state;
    file_write("rc", "OS_AUTH_URL=http://k\nOS_USERNAME=u\nOS_SYSTEM_SCOPE=all\n");
    assert_true(given(&rc)->system_scope);
    is(made->project_domain_id, "-");
}

static void says_what_is_missing_and_where(void **state)
{
    (void)state;
    setenv("OS_USERNAME", "u", 1);
    refused(&none, "OS_AUTH_URL, OS_PROJECT_NAME or OS_PROJECT_ID missing in the environment");
    file_write("rc", "");
    refused(&rc, "OS_AUTH_URL, OS_USERNAME or OS_USER_ID, OS_PROJECT_NAME or OS_PROJECT_ID "
                 "missing in rc");
    file_write("clouds.yaml", "clouds: { lab: { auth: { username: u } } }\n");
    refused(&lab, "auth_url, project_name or project_id missing in cloud 'lab' of ./clouds.yaml");
}

static void says_why_there_are_none(void **state)
{
    const struct os_options both = { .rc = "rc", .cloud = "lab" }, lap = { .cloud = "lap" };

    (void)state;
    refused(&both, "rc and cloud both say whose credentials: give one");
    refused(&rc, "rc: No such file or directory");
    refused(&lab, "cloud 'lab': there is no clouds.yaml here, in ~/.config/openstack or in "
                  "/etc/openstack");
    setenv("OS_CLOUD", "lab", 1);
    refused(&none, "cloud 'lab': there is no clouds.yaml here, in ~/.config/openstack or in "
                   "/etc/openstack");
    file_write("clouds.yaml", "clouds: { lab: {}, prod: {} }\n");
    refused(&lap, "./clouds.yaml: there is no cloud 'lap' (there are: lab, prod)");
    file_write("clouds.yaml", "clouds: { lab: 3 }\n");
    refused(&lab, "./clouds.yaml: clouds.lab: a map is wanted");
    file_write("clouds.yaml", "# nothing\n");
    refused(&lab, "./clouds.yaml: there is no cloud 'lab' (there are: none)");
    file_write("rc", USER "OS_INTERFACE=outer\n");
    refused(&rc, "interface 'outer' of rc is not known: public, internal and admin are");
}

static void says_where_a_file_is_no_yaml(void **state)
{
    static const struct {
        const char *text, *why;
    } files[] = {
        { "clouds: {", "./clouds.yaml:2:1: did not find expected node content" },
        { "clouds: *a", "./clouds.yaml:1:9: the alias has no anchor above it" },
        { "? [a]\n: b", "./clouds.yaml:1:3: a key must be a word" },
        { "clouds:\n  a: \t- b\n\t-",
          "./clouds.yaml:2:7: block sequence entries are not allowed in "
          "this context" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        file_write("clouds.yaml", files[i].text);
        refused(&lab, files[i].why);
    }
}

static void a_file_that_grows_when_it_is_read_is_refused(void **state)
{
    char text[4000] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    char deep[200] = "clouds: ";

    (void)state;
    for (int i = 1; i < 9; i++) {
        size_t used = strlen(text);

        snprintf(text + used, sizeof text - used,
                 "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    }
    file_write("clouds.yaml", text);
    refused(&lab, "./clouds.yaml:5:15: more than 20000 values, aliases written out");
    memset(deep + strlen(deep), '[', 60);
    file_write("clouds.yaml", deep);
    refused(&lab, "./clouds.yaml:1:41: more than 32 levels or 20000 values");
}

static void a_pipe_is_left_for_when_it_is_needed(void **state)
{
    const struct os_options pipe = { .rc = "pipe" };
    struct vmtp_error err = { 0 };

    (void)state;
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(os_credentials_check(&pipe, &err), 0);
    unlink("pipe");
}

static void asks_for_the_password_only_if_it_is_not_known(void **state)
{
    struct vmtp_error err = { 0 };

    (void)state;
    file_write("rc", USER "OS_PASSWORD=" SECRET "\n");
    given(&rc);
    assert_int_equal(asked, 0);
    file_write("rc", USER);
    answer = "typed";
    given(&rc);
    assert_int_equal(asked, 1);
    is(made->password, "typed");
    os_credentials_free(made);
    made = NULL;
    answer = NULL;
    assert_int_equal(os_credentials_new(&fake->self, &rc, &made, &err), -ENXIO);
    assert_string_equal(err.text, "OpenStack password of u: nobody is there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_the_file_of_the_dashboard, clear),
        cmocka_unit_test_teardown(reads_assignments_and_nothing_else, clear),
        cmocka_unit_test_teardown(knows_the_names_before_keystone_v3, clear),
        cmocka_unit_test_teardown(domains_that_nobody_named_are_the_default_ones, clear),
        cmocka_unit_test_teardown(the_environment_is_what_is_left, clear),
        cmocka_unit_test_teardown(options_go_over_all_others, clear),
        cmocka_unit_test_teardown(reads_clouds_yaml_with_secure_yaml_over_it, clear),
        cmocka_unit_test_teardown(reads_secure_yaml_beside_the_file_that_is_named, clear),
        cmocka_unit_test_teardown(a_profile_lies_below_the_cloud, clear),
        cmocka_unit_test_teardown(clouds_may_share_what_they_have_in_common, clear),
        cmocka_unit_test_teardown(an_application_credential_needs_no_user, clear),
        cmocka_unit_test_teardown(the_type_decides_where_there_are_two, clear),
        cmocka_unit_test_teardown(a_system_scope_needs_no_project, clear),
        cmocka_unit_test_teardown(says_what_is_missing_and_where, clear),
        cmocka_unit_test_teardown(says_why_there_are_none, clear),
        cmocka_unit_test_teardown(says_where_a_file_is_no_yaml, clear),
        cmocka_unit_test_teardown(a_file_that_grows_when_it_is_read_is_refused, clear),
        cmocka_unit_test_teardown(a_pipe_is_left_for_when_it_is_needed, clear),
        cmocka_unit_test_teardown(asks_for_the_password_only_if_it_is_not_known, clear),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
