/* SPDX-License-Identifier: Apache-2.0
 *
 * Datagrams of Ganglia's protocol, made with libganglia, whole and broken; and gmond.conf.
 * tests/e2e/gmond.sh has those of a real gmond.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../plugins/monitors/gmond/config.c"
#include "../../plugins/monitors/gmond/message.c"
#include "../../plugins/monitors/gmond/report.c"
#include "../../plugins/monitors/gmond/spelling.c"

#include "../../plugins/common/clock.h"

#include <sys/eventfd.h>

static char bytes[2048];

static size_t encode(Ganglia_value_msg *msg)
{
    size_t len;
    XDR xdr;

    xdrmem_create(&xdr, bytes, sizeof bytes, XDR_ENCODE);
    assert_true(xdr_Ganglia_value_msg(&xdr, msg));
    len = xdr_getpos(&xdr);
    xdr_destroy(&xdr);
    return len;
}

static Ganglia_value_msg user_of(const char *host, bool spoofed, float value)
{
    Ganglia_value_msg msg = { .id = gmetric_float };

    msg.Ganglia_value_msg_u.gf.metric_id.host = (char *)(uintptr_t)host;
    msg.Ganglia_value_msg_u.gf.metric_id.name = (char *)(uintptr_t) "cpu_user";
    msg.Ganglia_value_msg_u.gf.metric_id.spoof = spoofed;
    msg.Ganglia_value_msg_u.gf.fmt = (char *)(uintptr_t) "%.1f";
    msg.Ganglia_value_msg_u.gf.f = value;
    return msg;
}

static void a_value_is_read(void **state)
{
    Ganglia_value_msg msg = user_of("web-1", false, 12.5f);
    struct message message;

    (void)state;
    assert_true(message_read(bytes, encode(&msg), &message));
    assert_string_equal(message.name, "web-1");
    assert_string_equal(message.address, "");
    assert_string_equal(message.metric, "cpu_user");
    assert_float_equal(message.value, 12.5, 1e-6);
}

static void a_spoofed_host_has_its_address(void **state)
{
    Ganglia_value_msg msg = user_of("10.1.1.1:web-2:x", true, 1);
    struct message message;

    (void)state;
    assert_true(message_read(bytes, encode(&msg), &message));
    assert_string_equal(message.name, "web-2:x");
    assert_string_equal(message.address, "10.1.1.1");
}

static void numbers_of_all_kinds_are_read(void **state)
{
    Ganglia_value_msg msg = { .id = gmetric_ushort };
    struct message message;

    (void)state;
    msg.Ganglia_value_msg_u.gu_short.metric_id.host = (char *)(uintptr_t) "h";
    msg.Ganglia_value_msg_u.gu_short.metric_id.name = (char *)(uintptr_t) "cpu_num";
    msg.Ganglia_value_msg_u.gu_short.fmt = (char *)(uintptr_t) "%hu";
    msg.Ganglia_value_msg_u.gu_short.us = 64;
    assert_true(message_read(bytes, encode(&msg), &message));
    assert_float_equal(message.value, 64, 0);
    msg.id = gmetric_string;
    msg.Ganglia_value_msg_u.gstr.str = (char *)(uintptr_t) "48";
    assert_true(message_read(bytes, encode(&msg), &message));
    assert_float_equal(message.value, 48, 0);
    msg.Ganglia_value_msg_u.gstr.str = (char *)(uintptr_t) "many";
    assert_true(message_read(bytes, encode(&msg), &message));
    assert_true(isnan(message.value));
}

static void a_value_that_can_not_be_is_none(void **state)
{
    static const float values[] = { -1, 161, INFINITY, NAN };
    struct message message;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        Ganglia_value_msg msg = user_of("h", false, values[i]);

        assert_true(message_read(bytes, encode(&msg), &message));
        assert_true(isnan(message.value));
    }
}

static void what_is_cut_or_claims_too_much_is_refused(void **state)
{
    Ganglia_value_msg msg = user_of("web-1", false, 12.5f);
    size_t len = encode(&msg);
    struct message message;

    (void)state;
    for (size_t cut = 0; cut < len; cut++) {
        char *copy = malloc(cut + 1); /* exact, so that a checker sees reads beyond it */

        assert_non_null(copy);
        memcpy(copy, bytes, cut);
        assert_false(message_read(copy, cut, &message));
        free(copy);
    }
    for (size_t at = 4; at < len; at += 4) {
        char kept[4];

        memcpy(kept, bytes + at, 4);
        memset(bytes + at, 0xff, 4);
        (void)message_read(bytes, len, &message);
        memcpy(bytes + at, kept, 4);
    }
    memset(bytes, 0xff, 8);
    assert_false(message_read(bytes, len, &message));
    bytes[3] = (char)128; /* a description, not a value */
    assert_false(message_read(bytes, len, &message));
}

/* ---- gmond.conf ---- */

static struct channel channels[CHANNELS_MAX];
static struct vmtp_error err;

static int config_of(const char *text, const char *section)
{
    char path[] = "/tmp/vmtp-gmond-XXXXXX";
    int fd = mkstemp(path), cancel = eventfd(0, EFD_CLOEXEC), r;

    assert_true(fd >= 0 && cancel >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    r = config_read(path, section, clock_now_ns() + 20 * NS_PER_S, cancel, channels, &err);
    close(fd);
    close(cancel);
    unlink(path);
    return r;
}

/* One without a port is none. */
static void channels_are_those_of_the_file(void **state)
{
    (void)state;
    assert_int_equal(config_of("udp_recv_channel { mcast_join = 239.2.11.71 mcast_if = eth0 "
                               "port = 8649 }\nudp_recv_channel { bind = 10.0.0.1 }\n"
                               "udp_recv_channel { port = 8700 bind = ::1 family = inet6 }\n",
                               "udp_recv_channel"),
                     2);
    assert_string_equal(channels[0].group, "239.2.11.71");
    assert_string_equal(channels[0].interface, "eth0");
    assert_int_equal(channels[0].port, 8649);
    assert_string_equal(channels[0].bind, "");
    assert_int_equal(channels[1].port, 8700);
    assert_string_equal(channels[1].bind, "::1");
    assert_true(channels[1].ipv6);
    assert_int_equal(config_of("tcp_accept_channel { port = 8650 }\n", "tcp_accept_channel"), 1);
    assert_int_equal(channels[0].port, 8650);
    assert_string_equal(channels[0].group, "");
}

static void a_file_that_libganglia_dislikes_does_not_end_us(void **state)
{
    (void)state;
    assert_int_equal(config_of("nonsense = 7\n", "udp_recv_channel"), -EINVAL);
    assert_non_null(strstr(err.text, "libganglia gives up"));
    assert_int_equal(config_of("globals { mute = yes }\n", "udp_recv_channel"), -EINVAL);
    assert_non_null(strstr(err.text, "has no udp_recv_channel: give address instead"));
    assert_int_equal(config_read("/nowhere.conf", "udp_recv_channel", 0, 0, channels, &err),
                     -ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_read),
        cmocka_unit_test(a_spoofed_host_has_its_address),
        cmocka_unit_test(numbers_of_all_kinds_are_read),
        cmocka_unit_test(a_value_that_can_not_be_is_none),
        cmocka_unit_test(what_is_cut_or_claims_too_much_is_refused),
        cmocka_unit_test(channels_are_those_of_the_file),
        cmocka_unit_test(a_file_that_libganglia_dislikes_does_not_end_us),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
