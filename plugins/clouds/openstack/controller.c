/* SPDX-License-Identifier: Apache-2.0
 *
 * What a controller node tells over SSH: the person's password or key, and commands that only read.
 * Each is bounded, and one that fails costs its own fact alone.
 */
#include "../../common/clock.h"
#include "../../common/ssh/interface.h"
#include "../../common/ssh/output.h"
#include "agent.h"
#include "crew.h"
#include "deployment.h"
#include "inventory.h"
#include "release.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>

#define LOGIN_NS   (15 * NS_PER_S)
#define COMMAND_NS (20 * NS_PER_S) /* OpenStack's own take seconds to start */
#define LEAVE_NS   (5 * NS_PER_S)
#define TEXT_MAX   (256 * 1024)
#define FACT_MAX   256
#define DEPTH_MAX  5  /* of what an interface stands on */
#define PORTS_MAX  16 /* of a bridge that are looked at */
#define WORDS_MAX  8

/* Where a user's own PATH may not lead, and in the language that is parsed. */
#define ENVIRONMENT                                                                                \
    "env", "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct controller {
    struct vmtp_self *self;
    struct ssh_wish wish;
    struct ssh_target target;
    struct ssh_place place;
    json_t *agents, *agent; /* all; and that of this host, or else of any, which lies in them */
};

/* ---- commands ---- */

/* What it prints, on both outputs, whatever its exit status; the caller's to free.  NULL: it can't
 * be run there. */
static char *command_ask(struct controller *controller, const char *const *words)
{
    struct vmtp_self *self = controller->self;
    const char *argv[WORDS_MAX + 4] = { ENVIRONMENT };
    struct ssh_patience patience = { clock_now_ns() + COMMAND_NS, self->host->cancel_fd(self) };
    struct ssh_output output = { 0 };
    struct vmtp_error err = { 0 };
    char *text = NULL;
    int r;

    for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
        argv[3 + i] = words[i];
    r = ssh_place_run(&controller->place, argv, TEXT_MAX, &patience, &output, &err);
    if (r < 0)
        vmtp_debug(self, "controller: %s: %s", words[0], err.text);
    else if (asprintf(&text, "%s%s", (char *)output.out.data, (char *)output.err.data) < 0)
        text = NULL;
    ssh_output_clear(&output);
    return text;
}

#define command(controller, ...) command_ask(controller, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- its system ---- */

static bool distro_ask(struct controller *controller, char ret[FACT_MAX])
{
    char *text = command(controller, "cat", "/etc/os-release", "/etc/system-release");
    bool found = text && inventory_distro(text, ret, FACT_MAX);

    free(text);
    return found;
}

static bool release_ask(struct controller *controller, char ret[FACT_MAX])
{
    char *text = command(controller, "nova-manage", "--version");
    bool found = text && release_by_version(text, ret, FACT_MAX);

    free(text);
    return found;
}

static bool cpu_ask(struct controller *controller, char ret[FACT_MAX])
{
    char *text = command(controller, "cat", "/proc/cpuinfo");
    bool found = text && inventory_cpu(text, controller->place.machine, ret, FACT_MAX);

    free(text);
    return found;
}

/* ---- its agent ---- */

static void agent_learn(struct controller *controller)
{
    struct os_client *client = deployment_of(controller->self)->client;
    struct vmtp_error err = { 0 };
    char *name = command(controller, "uname", "-n");
    const char *host = name ? name : "";

    if (name)
        name[strcspn(name, "\r\n")] = '\0';
    if (network_agents(client, &controller->agents, &err) < 0)
        vmtp_debug(controller->self, "controller: agents: %s", err.text);
    else
        controller->agent = agent_find(controller->agents, &host, 1, false);
    free(name);
}

static const struct {
    const char *type, *program, *option;
    const char *word, *name; /* behind which the version stands; in the fact */
} versions[] = {
    { AGENT_LINUX_BRIDGE, "brctl", "--version", "bridge-utils", "Linux Bridge" },
    { AGENT_LINUX_BRIDGE, "bridge", "-V", "utility", "Linux Bridge" },
    { AGENT_OVN, "ovn-controller", "--version", "ovn-controller", "OVN" },
    { AGENT_OVS, "ovs-vsctl", "--version", "Open vSwitch", "OVS" },
};

static bool version_ask(struct controller *controller, char ret[FACT_MAX])
{
    const char *type = controller->agent ? agent_type(controller->agent) : "";
    char version[64];
    bool found = false;

    for (size_t i = 0; !found && i < sizeof versions / sizeof *versions; i++) {
        char *text = NULL;

        if (strcmp(versions[i].type, type) == 0)
            text = command(controller, versions[i].program, versions[i].option);
        found = text && inventory_version(text, versions[i].word, version, sizeof version);
        if (found)
            snprintf(ret, FACT_MAX, "%s %s", versions[i].name, version);
        free(text);
    }
    return found;
}

/* ---- its network card ---- */

static bool card_name(struct controller *controller, const char *interface, char ret[FACT_MAX])
{
    char path[80], address[16];
    char *device, *line = NULL;
    bool found;

    snprintf(path, sizeof path, "/sys/class/net/%s/device", interface);
    device = command(controller, "readlink", "-f", path);
    if (device && inventory_pci(device, address, sizeof address))
        line = command(controller, "lspci", "-s", address);
    found = line && inventory_nic(line, ret, FACT_MAX);
    free(device);
    free(line);
    return found;
}

/* Down through VLANs, bonds and bridges of the kernel. */
static bool card_ask(struct controller *controller, const char *interface, char ret[FACT_MAX])
{
    char name[INTERFACE_MAX], path[80];

    snprintf(name, sizeof name, "%.*s", INTERFACE_MAX - 1, interface);
    for (int depth = 0; depth < DEPTH_MAX && inventory_is_interface(name); depth++) {
        char *entries;
        bool card;

        snprintf(path, sizeof path, "/sys/class/net/%s", name);
        entries = command(controller, "ls", path);
        card = entries && inventory_is_card(entries);
        if (entries && !card)
            inventory_lower(entries, name);
        free(entries);
        if (card)
            return card_name(controller, name, ret);
        if (!entries)
            return false;
    }
    return false;
}

/* Of a bridge of Open vSwitch: that of the first port which has one. */
static bool bridge_ask(struct controller *controller, const char *bridge, char ret[FACT_MAX])
{
    char port[INTERFACE_MAX];
    char *ports = NULL;
    bool found = false;
    int looked = 0;

    if (inventory_is_interface(bridge))
        ports = command(controller, "ovs-vsctl", "list-ports", bridge);
    for (const char *at = ports; at && *at && !found && looked < PORTS_MAX; looked++) {
        snprintf(port, sizeof port, "%.*s", (int)strcspn(at, "\r\n"), at);
        found = card_ask(controller, port, ret);
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    free(ports);
    return found;
}

/* Over which the tunnels go, or else the physical network. */
static bool interface_of(struct controller *controller, char *ret, size_t len, bool *ret_bridge)
{
    const struct deployment *deployment = deployment_of(controller->self);
    const struct os_options *opt = controller->self->opt;
    const char *physical = deployment->networks[0].physical;
    const char *tunnel = agent_tunnel(controller->agent);

    *ret_bridge = false;
    if (!*physical && tunnel && controller->place.interfaces &&
        ssh_interface_find(controller->place.interfaces, tunnel, ret, len))
        return true;
    if (!*physical && opt->physical_network)
        physical = opt->physical_network;
    return agent_physical(controller->agent, physical, ret, len, ret_bridge);
}

static bool nic_ask(struct controller *controller, char ret[FACT_MAX])
{
    char name[64];
    bool bridge = false;

    if (!controller->agent || !interface_of(controller, name, sizeof name, &bridge))
        return false;
    return (!bridge && card_ask(controller, name, ret)) || bridge_ask(controller, name, ret);
}

/* ---- all of it ---- */

static const struct {
    const char *fact;
    bool (*ask)(struct controller *, char ret[FACT_MAX]);
} asked[] = {
    { "distro", distro_ask }, { "openstack_version", release_ask },
    { "cpu_info", cpu_ask },  { "l2agent_version", version_ask },
    { "nic_name", nic_ask },
};

static int fact_ask(void *arg, size_t i, struct vmtp_error *err)
{
    struct controller *controller = arg;
    struct vmtp_self *self = controller->self;
    char text[FACT_MAX];

    (void)err;
    if (asked[i].ask(controller, text))
        self->host->fact(self, asked[i].fact, text);
    else
        vmtp_debug(self, "controller: %s: not known", asked[i].fact);
    return 0;
}

static int controller_enter(struct controller *controller, struct vmtp_error *err)
{
    struct vmtp_self *self = controller->self;
    const struct os_options *opt = self->opt;
    struct os_access *access = &deployment_of(self)->access;
    struct ssh_target *target = &controller->target;
    struct ssh_patience patience = { clock_now_ns() + 2 * LOGIN_NS, self->host->cancel_fd(self) };
    int r = ssh_spec_parse(opt->controller, &target->spec, err);

    if (!target->spec.port)
        target->spec.port = 22;
    target->trust = &access->strict;
    target->timeout_ns = LOGIN_NS;
    controller->wish = (struct ssh_wish){ .user = target->spec.user,
                                          .password = opt->controller_password,
                                          .key = opt->key };
    if (r == 0)
        r = ssh_keyring_find(access->keyring, &controller->wish, &target->credentials, err);
    if (r == 0)
        r = ssh_place_begin(&controller->place, access->loop, target, err);
    return r < 0 ? r : ssh_place_await(&controller->place, &patience, err);
}

void controller_tell(struct vmtp_self *self)
{
    const struct os_options *opt = self->opt;
    struct controller *controller = NULL;
    struct vmtp_error err = { 0 };
    struct ssh_patience patience;

    if (opt->controller && *opt->controller)
        controller = self->host->alloc(self, sizeof *controller);
    if (!controller)
        return;
    controller->self = self;
    if (controller_enter(controller, &err) == 0) {
        agent_learn(controller);
        crew_run(sizeof asked / sizeof *asked, fact_ask, controller, NULL);
        json_decref(controller->agents);
    } else {
        vmtp_warn(self, "controller %.80s: nothing is known of it: %s", opt->controller, err.text);
    }
    patience = (struct ssh_patience){ clock_now_ns() + LEAVE_NS, self->host->cancel_fd(self) };
    if (controller->place.loop)
        ssh_place_end(&controller->place, &patience, NULL);
}
