/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/controller.c, with this machine as the controller, behind a
 * real sshd on 127.0.0.1.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/controller.c"

#include "../../plugins/clouds/openstack/access.c"
#include "../../plugins/clouds/openstack/agent.c"
#include "../../plugins/clouds/openstack/crew.c"
#include "../../plugins/clouds/openstack/inventory.c"
#include "../../plugins/clouds/openstack/release.c"

#include "../fakes/host.h"
#include "../fakes/sshd.h"

#include <sys/utsname.h>

struct fixture {
    struct fake_sshd *sshd; /* NULL: there is none, and so nothing below */
    struct os_options opt;
    struct fake_host *host;
    char spec[80], key[128];
};

static struct {
    char name[32], value[FACT_MAX];
} facts[16];
static size_t fact_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of these two */
static bool agents_known;

static int fact_take(struct vmtp_self *self, const char *name, const char *value)
{
    (void)self;
    pthread_mutex_lock(&lock);
    assert_true(fact_count < 16);
    snprintf(facts[fact_count].name, sizeof facts[0].name, "%s", name);
    snprintf(facts[fact_count++].value, FACT_MAX, "%s", value);
    pthread_mutex_unlock(&lock);
    return 0;
}

static const char *fact(const char *name)
{
    for (size_t i = 0; i < fact_count; i++)
        if (strcmp(facts[i].name, name) == 0)
            return facts[i].value;
    return "";
}

/* Neutron's, which here has one agent on this machine. */
int network_agents(struct os_client *client, json_t **ret, struct vmtp_error *err)
{
    struct utsname system;

    (void)client;
    if (!agents_known)
        return vmtp_fail(err, -EPERM, "not for you");
    uname(&system);
    *ret = json_pack("[{s:s,s:s,s:{s:s,s:{}}}]", "agent_type", AGENT_LINUX_BRIDGE, "host",
                     system.nodename, "configurations", "tunneling_ip", "127.0.0.1",
                     "interface_mappings");
    return 0;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    *state = f;
    fact_count = 0;
    agents_known = true;
    f->sshd = fake_sshd_new();
    if (!f->sshd)
        return 0;
    setenv("HOME", f->sshd->folder, 1);
    snprintf(f->spec, sizeof f->spec, "%s@127.0.0.1:%u", f->sshd->user, f->sshd->port);
    snprintf(f->key, sizeof f->key, "%s", fake_sshd_path(f->sshd, "user"));
    f->opt = (struct os_options){ .controller = f->spec,
                                  .key = f->key,
                                  .host_keys = SSH_TRUST_INSECURE };
    fake_sshd_start(f->sshd, "host");
    f->host = fake_host_new(&f->opt, sizeof(struct deployment));
    f->host->api.fact = fact_take;
    assert_int_equal(access_open(&f->host->self, &deployment_of(&f->host->self)->access, NULL), 0);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    if (f->host)
        access_close(&deployment_of(&f->host->self)->access);
    fake_host_free(f->host);
    fake_sshd_free(f->sshd);
    free(f);
    return 0;
}

static void tells_what_its_programs_say(void **state)
{
    struct fixture *f = *state;

    if (!f->sshd)
        skip();
    controller_tell(&f->host->self);
    assert_true(strlen(fact("distro")) > 3);
    assert_non_null(strstr(fact("cpu_info"), " * "));
    assert_int_equal(strncmp(fact("l2agent_version"), "Linux Bridge ", 13), 0);
    assert_string_equal(fact("nic_name"), ""); /* lo is no card */
    assert_non_null(strstr(f->host->log, "controller: nic_name: not known"));
}

static void goes_without_what_only_an_admin_may_see(void **state)
{
    struct fixture *f = *state;

    if (!f->sshd)
        skip();
    agents_known = false;
    controller_tell(&f->host->self);
    assert_true(strlen(fact("distro")) > 3);
    assert_string_equal(fact("l2agent_version"), "");
    assert_non_null(strstr(f->host->log, "controller: agents: not for you"));
}

static void warns_where_it_can_not_log_in(void **state)
{
    struct fixture *f = *state;

    if (!f->sshd)
        skip();
    fake_sshd_allow(f->sshd, "# nobody");
    controller_tell(&f->host->self);
    assert_int_equal(fact_count, 0);
    assert_non_null(strstr(f->host->log, "warn controller "));
    assert_non_null(strstr(f->host->log, ": nothing is known of it: the server refuses to log in"));
}

static void asks_nobody_where_there_is_no_controller(void **state)
{
    struct fixture *f = *state;

    if (!f->sshd)
        skip();
    f->opt.controller = NULL;
    controller_tell(&f->host->self);
    assert_int_equal(fact_count, 0);
    assert_null(strstr(f->host->log, "controller"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_what_its_programs_say, set_up, tear_down),
        cmocka_unit_test_setup_teardown(goes_without_what_only_an_admin_may_see, set_up, tear_down),
        cmocka_unit_test_setup_teardown(warns_where_it_can_not_log_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asks_nobody_where_there_is_no_controller, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
