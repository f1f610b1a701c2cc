/* SPDX-License-Identifier: Apache-2.0
 *
 * What the cloud's API tells of the cloud, by the names that VMTP's document has for it.  Much of
 * it is for admins alone; what is refused is left out.
 */
#include "agent.h"
#include "crew.h"
#include "deployment.h"
#include "release.h"

#include <stdlib.h>

#define HOSTS_MAX 64

static void tell(struct vmtp_self *self, const char *name, const char *value)
{
    if (value && *value)
        self->host->fact(self, name, value);
}

/* ---- release ---- */

/* Of the document of one version, or of all. */
static const char *microversion_of(json_t *document)
{
    json_t *versions = json_object_get(document, "versions"), *version;
    const char *largest =
        json_string_value(json_object_get(json_object_get(document, "version"), "version"));
    size_t i;

    json_array_foreach(versions, i, version)
    {
        const char *text = json_string_value(json_object_get(version, "version"));

        if (text && (!largest || *text))
            largest = text;
    }
    return largest;
}

/* Old catalogs name a project behind the version, where there is no document; it is one level up.
 */
static int release_tell(struct vmtp_self *self, struct vmtp_error *err)
{
    struct os_client *client = deployment_of(self)->client;
    json_t *document = NULL;
    const char *microversion;
    char release[80];
    int r = os_get(client, OS_COMPUTE, &document, err, "/");

    if (r < 0)
        r = os_get(client, OS_COMPUTE, &document, err, "/../");
    if (r < 0)
        return r;
    microversion = microversion_of(document);
    tell(self, "compute_microversion", microversion);
    if (microversion && release_by_microversion(microversion, release, sizeof release))
        tell(self, "openstack_version", release);
    json_decref(document);
    return 0;
}

/* ---- agents ---- */

static int agent_tell(struct vmtp_self *self, struct vmtp_error *err)
{
    const struct deployment *deployment = deployment_of(self);
    const struct os_options *opt = self->opt;
    bool direct = opt->vnic == OS_VNIC_DIRECT || opt->vnic == OS_VNIC_MACVTAP;
    const char *hosts[HOSTS_MAX];
    json_t *agents = NULL, *agent;
    size_t count = 0;
    int r = network_agents(deployment->client, &agents, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < deployment->machine_count && count < HOSTS_MAX; i++)
        if (deployment->machines[i].plan)
            hosts[count++] = deployment->machines[i].server.host;
    agent = agent_find(agents, hosts, count, direct);
    if (agent)
        tell(self, "l2agent_type", agent_type(agent));
    else
        r = vmtp_fail(err, -ENOENT, "there is none that this user may see");
    json_decref(agents);
    return r;
}

/* ---- hypervisors ---- */

/* "QEMU 7.2.22" */
static void hypervisor_name(json_t *hypervisor, char *ret, size_t len)
{
    const char *type = json_string_value(json_object_get(hypervisor, "hypervisor_type"));
    int64_t version = os_number(hypervisor, "hypervisor_version", 0);

    if (version >= 1000000)
        snprintf(ret, len, "%s %lld.%lld.%lld", type ? type : "", (long long)(version / 1000000),
                 (long long)(version / 1000 % 1000), (long long)(version % 1000));
    else
        snprintf(ret, len, "%s", type ? type : "");
}

static int hypervisors_tell(struct vmtp_self *self, struct vmtp_error *err)
{
    char names[200] = "", name[80];
    json_t *hypervisors = NULL, *hypervisor;
    size_t i, used = 0;
    int r = os_list(deployment_of(self)->client, OS_COMPUTE, "hypervisors", &hypervisors, err,
                    "/os-hypervisors/detail");

    if (r < 0)
        return r;
    json_array_foreach(hypervisors, i, hypervisor)
    {
        hypervisor_name(hypervisor, name, sizeof name);
        if (*name && !strstr(names, name) && used + strlen(name) + 3 < sizeof names)
            used +=
                (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", name);
    }
    tell(self, "hypervisor", names);
    json_decref(hypervisors);
    return 0;
}

/* ---- all of it ---- */

static const struct {
    const char *what;
    int (*tell)(struct vmtp_self *, struct vmtp_error *);
} asked[] = {
    { "the release", release_tell },
    { "the agents", agent_tell },
    { "the hypervisors", hypervisors_tell },
};

static int fact_ask(void *arg, size_t i, struct vmtp_error *err)
{
    struct vmtp_self *self = arg;

    if (asked[i].tell(self, err) < 0)
        vmtp_debug(self, "%s: not known: %s", asked[i].what, err->text);
    return 0;
}

void deployment_tell(struct vmtp_self *self)
{
    const struct deployment *deployment = deployment_of(self);

    tell(self, "auth_url", os_client_auth_url(deployment->client));
    tell(self, "region", deployment->credentials->region);
    tell(self, "encapsulation", deployment->networks[0].type);
    crew_run(sizeof asked / sizeof *asked, fact_ask, self, NULL);
}
