/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of plugins/clouds/openstack/proof.c: what ping prints, and what follows from it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/clouds/openstack/crew.c"
#include "../../plugins/clouds/openstack/proof.c"

/* The place's and reach.c's, which are not tested here. */
int deployment_reach(struct vmtp_self *self, const struct vmtp_route *route, struct vmtp_reach *ret,
                     struct vmtp_error *err)
{
    (void)self;
    (void)route;
    (void)ret;
    return vmtp_fail(err, -ENOENT, "not here");
}

static const char iputils[] = "PING 192.168.2.5 (192.168.2.5) 56(84) bytes of data.\n"
                              "64 bytes from 192.168.2.5: icmp_seq=1 ttl=63 time=3.41 ms\n"
                              "64 bytes from 192.168.2.5: icmp_seq=2 ttl=63 time=1.23 ms\n\n"
                              "--- 192.168.2.5 ping statistics ---\n"
                              "2 packets transmitted, 2 received, 0% packet loss, time 201ms\n"
                              "rtt min/avg/max/mdev = 1.230/2.320/3.410/1.090 ms\n";
static const char busybox[] = "PING 10.0.0.3 (10.0.0.3): 56 data bytes\n"
                              "64 bytes from 10.0.0.3: seq=0 ttl=64 time=0.820 ms\n"
                              "64 bytes from 10.0.0.3: seq=1 ttl=64 time=0.391 ms\n\n"
                              "--- 10.0.0.3 ping statistics ---\n"
                              "2 packets transmitted, 2 packets received, 0% packet loss\n"
                              "round-trip min/avg/max = 0.391/0.605/0.820 ms\n";
static const char silence[] = "PING 10.0.0.3 (10.0.0.3) 56(84) bytes of data.\n\n"
                              "--- 10.0.0.3 ping statistics ---\n"
                              "3 packets transmitted, 0 received, 100% packet loss, time 402ms\n";

static struct ping ping_of(const char *out, const char *complaints)
{
    struct ping ping;

    ping_read(out, complaints, &ping);
    return ping;
}

static void reads_what_every_ping_prints(void **state)
{
    struct ping ping = ping_of(iputils, "");

    (void)state;
    assert_true(ping.ran && ping.answers == 2 && ping.ttl == 63);
    assert_true(ping.rtt_ms > 1.22 && ping.rtt_ms < 1.24);
    ping = ping_of(busybox, "");
    assert_true(ping.ran && ping.answers == 2 && ping.ttl == 64 && ping.rtt_ms < 0.4);
    ping = ping_of("PING 2001:45::5(2001:45::5) 56 data bytes\n"
                   "64 bytes from 2001:45::5: icmp_seq=1 ttl=62 time<1 ms\n",
                   "");
    assert_true(ping.ran && ping.answers == 1 && ping.ttl == 62);
    ping = ping_of(silence, "");
    assert_true(ping.ran && ping.answers == 0);
    assert_false(ping_of("", "ping: invalid option -- 'M'\nBusyBox v1.36.1 multi-call\n").ran);
    assert_false(ping_of("", "ping: socket: Operation not permitted\n").ran);
}

static void reads_which_packets_do_not_pass(void **state)
{
    (void)state;
    assert_int_equal(ping_of("PING 10.0.0.3 (10.0.0.3) 1472(1500) bytes of data.\n",
                             "ping: local error: message too long, mtu=1450\n")
                         .told_mtu,
                     1450);
    assert_int_equal(ping_of("PING 10.0.0.3 (10.0.0.3) 1472(1500) bytes of data.\n"
                             "From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n",
                             "")
                         .told_mtu,
                     1400);
    assert_int_equal(ping_of("PING fd00::3(fd00::3) 1452 data bytes\n"
                             "From fd00::1 icmp_seq=1 Packet too big: mtu=1280\n",
                             "")
                         .told_mtu,
                     1280);
}

static struct os_server server_on(const char *host, const char *host_id)
{
    struct os_server server = { 0 };

    snprintf(server.host, sizeof server.host, "%s", host);
    snprintf(server.host_id, sizeof server.host_id, "%s", host_id);
    return server;
}

static void proof_is(const struct findings *findings, bool doubt, const char *wanted)
{
    struct os_proof proof = { 0 };

    proof_write(findings, &proof);
    assert_string_equal(proof.text, wanted);
    assert_int_equal(proof.doubt, doubt);
}

static void says_how_many_routers_there_are(void **state)
{
    struct findings findings = { .path = OS_SAME, .placement = "", .small = ping_of(busybox, "") };

    (void)state;
    proof_is(&findings, false, "ttl 64: no router; 0.391 ms");
    findings.path = OS_DIFFERENT;
    proof_is(&findings, true, "ttl 64: no router; 0.391 ms");
    findings.path = OS_FLOATING;
    proof_is(&findings, true, "ttl 64: no router; 0.391 ms");
    findings.path = OS_EXTERNAL;
    proof_is(&findings, false, "ttl 64: no router; 0.391 ms");
    findings.small = ping_of(iputils, "");
    proof_is(&findings, false, "ttl 63: one router; 1.23 ms");
    findings.path = OS_FLOATING;
    proof_is(&findings, false, "ttl 63: one router; 1.23 ms");
    findings.path = OS_SAME;
    proof_is(&findings, true, "ttl 63: one router; 1.23 ms");
    findings.small.ttl = 125;
    proof_is(&findings, true, "ttl 125: 3 routers; 1.23 ms");
    findings.small.ttl = 255;
    proof_is(&findings, false, "ttl 255: no router; 1.23 ms");
}

static void says_so_where_ping_tells_nothing(void **state)
{
    struct findings findings = { .path = OS_DIFFERENT, .placement = "" };

    (void)state;
    proof_is(&findings, false, "there is no ping to look with");
    findings.small = ping_of(silence, "");
    proof_is(&findings, false, "no answer to ping");
}

static void says_which_packets_pass(void **state)
{
    struct findings findings = {
        .path = OS_DIFFERENT, .placement = "", .small = ping_of(iputils, ""), .mtu = 1450
    };

    (void)state;
    proof_is(&findings, false, "ttl 63: one router; 1.23 ms"); /* this ping has no -M */
    findings.large = ping_of(iputils, "");
    proof_is(&findings, false, "ttl 63: one router; 1.23 ms; packets of 1450 bytes pass");
    findings.large = ping_of(silence, "");
    proof_is(&findings, false, "ttl 63: one router; 1.23 ms; packets of 1450 bytes do not pass");
    findings.large = ping_of(silence, "ping: local error: message too long, mtu=1400\n");
    proof_is(&findings, false,
             "ttl 63: one router; 1.23 ms; packets of 1450 bytes do not pass, at most 1400");
}

static void says_whether_the_hosts_are_those_of_the_placement(void **state)
{
    struct os_server one = server_on("hv1", "a"), other = server_on("hv2", "b");
    struct findings findings = { .path = OS_SAME,
                                 .placement = OS_INTER,
                                 .small = ping_of(busybox, ""),
                                 .client = &one,
                                 .server = &other };

    (void)state;
    proof_is(&findings, false, "ttl 64: no router; 0.391 ms; hosts hv1 and hv2 differ");
    findings.placement = OS_INTRA;
    proof_is(&findings, true, "ttl 64: no router; 0.391 ms; hosts hv1 and hv2 differ");
    findings.server = &one;
    proof_is(&findings, false, "ttl 64: no router; 0.391 ms; both on host hv1");
    findings.placement = OS_ROOM;
    proof_is(&findings, true, "ttl 64: no router; 0.391 ms; both on host hv1");
    /* without the right to know names */
    one.host[0] = other.host[0] = '\0';
    proof_is(&findings, true, "ttl 64: no router; 0.391 ms; both on one host");
    findings.server = &other;
    proof_is(&findings, false, "ttl 64: no router; 0.391 ms; their hosts differ");
    one.host_id[0] = '\0';
    proof_is(&findings, false, "ttl 64: no router; 0.391 ms");
    findings.client = NULL; /* the external host */
    proof_is(&findings, false, "ttl 64: no router; 0.391 ms");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_every_ping_prints),
        cmocka_unit_test(reads_which_packets_do_not_pass),
        cmocka_unit_test(says_how_many_routers_there_are),
        cmocka_unit_test(says_so_where_ping_tells_nothing),
        cmocka_unit_test(says_which_packets_pass),
        cmocka_unit_test(says_whether_the_hosts_are_those_of_the_placement),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
