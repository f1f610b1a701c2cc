/* SPDX-License-Identifier: Apache-2.0
 *
 * What shows that traffic takes the path that a route names: ping from the client to the address
 * that is measured.  The TTL of the answer tells how many routers there are on the way, the largest
 * packet whether the network's MTU holds, and the cloud which hosts the two are on.
 */
#include "../../common/clock.h"
#include "../../common/ssh/output.h"
#include "crew.h"
#include "deployment.h"

#include <stdlib.h>

#define PING_NS    (4 * NS_PER_S) /* it gives up by itself after less */
#define ANSWER_MAX 16384

struct ping {
    bool ran; /* there is a ping that takes these options */
    unsigned int answers;
    unsigned int ttl;      /* the lowest of the answers */
    double rtt_ms;         /* the shortest */
    unsigned int told_mtu; /* by whoever could not pass a packet on; 0: nobody */
};

struct findings {
    const char *path, *placement;
    struct ping small, large;
    uint32_t mtu; /* of the large packets; 0: none were sent */
    const struct os_server *client, *server;
};

/* ---- what ping prints ---- */

/* The number behind this word, in the line that begins here. */
static bool number_behind(const char *line, const char *word, double *ret)
{
    const char *end = line + strcspn(line, "\n"), *at = strstr(line, word);
    char *stop;
    double value;

    if (!at || at >= end)
        return false;
    at += strlen(word);
    at += strspn(at, " =<");
    value = strtod(at, &stop);
    if (stop == at)
        return false;
    *ret = value;
    return true;
}

static void answer_read(const char *line, struct ping *ping)
{
    double ttl, ms, mtu;

    if (number_behind(line, "ttl=", &ttl) && ttl >= 1 && ttl <= 255) {
        if (!ping->answers || (unsigned int)ttl < ping->ttl)
            ping->ttl = (unsigned int)ttl;
        if (number_behind(line, "time", &ms) && (!ping->answers || ms < ping->rtt_ms))
            ping->rtt_ms = ms;
        ping->answers++;
    } else if (number_behind(line, "mtu", &mtu) && mtu >= 68 && mtu <= 65535) {
        ping->told_mtu = (unsigned int)mtu;
    }
}

/* Of iputils and of busybox, both outputs one behind the other. */
static void ping_read(const char *out, const char *complaints, struct ping *ret)
{
    const char *const texts[] = { out, complaints };

    *ret = (struct ping){ .ran = strncmp(out, "PING ", 5) == 0 };
    for (size_t i = 0; i < 2; i++)
        for (const char *line = texts[i]; *line; line += strcspn(line, "\n"), line += *line == '\n')
            answer_read(line, ret);
}

/* ---- what follows from it ---- */

VMTP_PRINTF(2, 3)
static void phrase_add(struct os_proof *proof, const char *fmt, ...)
{
    size_t used = strlen(proof->text);
    va_list ap;

    if (used)
        used += (size_t)snprintf(proof->text + used, sizeof proof->text - used, "; ");
    va_start(ap, fmt);
    if (used < sizeof proof->text)
        vsnprintf(proof->text + used, sizeof proof->text - used, fmt, ap);
    va_end(ap);
}

/* Systems begin with 64, 128 or 255. */
static unsigned int routers_of(unsigned int ttl)
{
    return (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;
}

static void routers_judge(const struct findings *findings, struct os_proof *proof)
{
    const struct ping *ping = &findings->small;
    unsigned int routers = routers_of(ping->ttl);

    if (!ping->ran || !ping->answers) {
        phrase_add(proof, ping->ran ? "no answer to ping" : "there is no ping to look with");
        return;
    }
    if (routers > 1)
        phrase_add(proof, "ttl %u: %u routers", ping->ttl, routers);
    else
        phrase_add(proof, "ttl %u: %s router", ping->ttl, routers ? "one" : "no");
    phrase_add(proof, "%.3g ms", ping->rtt_ms);
    if (strcmp(findings->path, OS_SAME) == 0)
        proof->doubt = routers > 0;
    else if (strcmp(findings->path, OS_DIFFERENT) == 0 || strcmp(findings->path, OS_FLOATING) == 0)
        proof->doubt = routers == 0;
}

static void size_judge(const struct findings *findings, struct os_proof *proof)
{
    const struct ping *ping = &findings->large;

    if (!findings->mtu || !ping->ran)
        return;
    if (ping->answers)
        phrase_add(proof, "packets of %u bytes pass", findings->mtu);
    else if (ping->told_mtu && ping->told_mtu < findings->mtu)
        phrase_add(proof, "packets of %u bytes do not pass, at most %u", findings->mtu,
                   ping->told_mtu);
    else
        phrase_add(proof, "packets of %u bytes do not pass", findings->mtu);
}

static void hosts_judge(const struct findings *findings, struct os_proof *proof)
{
    const struct os_server *client = findings->client, *server = findings->server;
    bool named = client && server && *client->host && *server->host;
    bool known = named || (client && server && *client->host_id && *server->host_id);
    bool same = known && (named ? !strcmp(client->host, server->host)
                                : !strcmp(client->host_id, server->host_id));

    if (!known)
        return;
    if (same)
        phrase_add(proof, named ? "both on host %s" : "both on one host", client->host);
    else if (named)
        phrase_add(proof, "hosts %s and %s differ", client->host, server->host);
    else
        phrase_add(proof, "their hosts differ");
    proof->doubt = proof->doubt ||
                   (same && (strcmp(findings->placement, OS_INTER) == 0 ||
                             strcmp(findings->placement, OS_ROOM) == 0)) ||
                   (!same && strcmp(findings->placement, OS_INTRA) == 0);
}

static void proof_write(const struct findings *findings, struct os_proof *proof)
{
    routers_judge(findings, proof);
    size_judge(findings, proof);
    hosts_judge(findings, proof);
}

/* ---- finding out ---- */

struct proving {
    struct vmtp_self *self;
    struct os_proof *proofs;
};

static void ping_run(struct vmtp_self *self, struct os_machine *from, const char *const *argv,
                     struct ping *ret)
{
    struct ssh_patience patience = { clock_now_ns() + PING_NS, self->host->cancel_fd(self) };
    struct ssh_output output = { 0 };
    struct vmtp_error err = { 0 };

    if (ssh_place_run(&from->place, argv, ANSWER_MAX, &patience, &output, &err) < 0)
        vmtp_debug(self, "%s: %s: %s", from->name, argv[0], err.text);
    else
        ping_read((const char *)output.out.data, (const char *)output.err.data, ret);
    if (!err.code && !ret->ran)
        vmtp_debug(self, "%s: %s: %.*s", from->name, argv[0],
                   (int)strcspn((const char *)output.err.data, "\n"),
                   (const char *)output.err.data);
    ssh_output_clear(&output);
}

/* Old ones have no option for IPv6 but another name, and none for a pause of less than a second. */
static void small_ping(struct vmtp_self *self, struct os_machine *from,
                       const struct vmtp_reach *reach, uint32_t family, struct ping *ret)
{
    const char *const quick[] = {
        "ping", family == 6 ? "-n6" : "-n", "-c3", "-i0.2", "-W1", reach->address, NULL
    };
    const char *const plain[] = { family == 6 ? "ping6" : "ping", "-c2", reach->address, NULL };

    ping_run(self, from, quick, ret);
    if (!ret->ran)
        ping_run(self, from, plain, ret);
}

/* Full packets that nobody may cut in two. */
static void large_ping(struct vmtp_self *self, struct os_machine *from,
                       const struct vmtp_reach *reach, uint32_t family, struct ping *ret)
{
    char size[16];
    const char *const argv[] = { "ping",         family == 6 ? "-n6" : "-n",
                                 "-c2",          "-i0.2",
                                 "-W1",          "-Mdo",
                                 "-s",           size,
                                 reach->address, NULL };

    snprintf(size, sizeof size, "%u", reach->mtu - (family == 6 ? 40u : 20u) - 8u);
    ping_run(self, from, argv, ret);
}

static int route_prove(void *arg, size_t i, struct vmtp_error *err)
{
    struct proving *proving = arg;
    struct vmtp_self *self = proving->self;
    struct os_proof *proof = &proving->proofs[i];
    const struct vmtp_route *route = &proof->route;
    struct os_machine *from = deployment_machine(deployment_of(self), route->from);
    struct os_machine *to = deployment_machine(deployment_of(self), route->to);
    struct findings findings = { .path = route->path, .placement = route->placement };
    struct vmtp_reach reach = { .size = sizeof reach };

    if (!from || !to || deployment_reach(self, route, &reach, err) < 0)
        return 0;
    findings.client = from->plan ? &from->server : NULL;
    findings.server = to->plan ? &to->server : NULL;
    small_ping(self, from, &reach, route->family, &findings.small);
    if (findings.small.answers && reach.mtu >= 576) {
        findings.mtu = reach.mtu;
        large_ping(self, from, &reach, route->family, &findings.large);
    }
    proof_write(&findings, proof);
    vmtp_log(self, proof->doubt ? VMTP_WARN : VMTP_DEBUG, "%s to %s, %s: %s%s", route->from,
             route->to, *route->path ? route->path : "no path of a name", proof->text,
             proof->doubt ? ": this speaks against the path" : "");
    return 0;
}

void deployment_prove(struct vmtp_self *self, const struct vmtp_table *routes)
{
    const struct os_options *opt = self->opt;
    struct deployment *deployment = deployment_of(self);
    struct proving proving = { .self = self };

    if (!opt->verify_path || !routes->count)
        return;
    proving.proofs = self->host->alloc(self, routes->count * sizeof *proving.proofs);
    if (!proving.proofs)
        return;
    for (uint32_t i = 0; i < routes->count; i++) {
        const void *row = (const char *)routes->rows + (size_t)i * routes->stride;

        memcpy(&proving.proofs[i].route, row, sizeof(struct vmtp_route));
    }
    self->host->progress(self, 1, "looking at the paths");
    crew_run(routes->count, route_prove, &proving, NULL);
    deployment->proof_count = routes->count;
    deployment->proofs = proving.proofs; /* reach() looks at them from here on */
}
