/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests of core/result/fitness.c and its checks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/attr.h"
#include "core/result/fitness.h"

#include <math.h>

/* A good machine of metal; tests change a field of it. */
static const char metal[] =
    "{\"address\":\"10.0.0.4\",\"kernel\":\"6.1\",\"cpus\":16,\"cpus_online\":16,"
    "\"memory_bytes\":68719476736,\"disk_available_bytes\":549755813888,"
    "\"steal_ratio\":0,\"cpu_governor\":\"performance\",\"virtualisation\":\"none\","
    "\"os\":{\"id\":\"debian\",\"name\":\"Debian GNU/Linux\",\"version\":\"12\"},"
    "\"clock\":{\"source\":\"tsc\",\"sources\":\"tsc hpet\",\"synchronised\":true,"
    "\"error_s\":0.0002,\"keeper\":\"chronyd\"},"
    "\"interface\":{\"name\":\"eth0\",\"mtu\":9000,\"qdisc\":\"mq\",\"driver\":\"ixgbe\","
    "\"speed_bps\":25000000000,\"channels\":{\"rx\":16,\"rx_max\":16,\"combined\":16,"
    "\"combined_max\":16},\"rings\":{\"rx\":4096,\"rx_max\":4096},"
    "\"interrupts\":{\"count\":16,\"cpus\":16},"
    "\"coalescing\":{\"rx_usecs\":1,\"adaptive_rx\":false},"
    "\"offloads\":{\"tx_checksum\":true,\"rx_checksum\":true,\"tso\":true,\"gso\":true,"
    "\"gro\":true,\"lro\":false}},"
    "\"sysctl\":{\"tcp_rmem\":\"4096 131072 536870912\",\"tcp_wmem\":\"4096 16384 536870912\","
    "\"rmem_max\":\"67108864\",\"netdev_max_backlog\":\"30000\",\"tcp_sack\":\"1\","
    "\"tcp_window_scaling\":\"1\",\"tcp_timestamps\":\"1\",\"tcp_moderate_rcvbuf\":\"1\","
    "\"tcp_congestion_control\":\"cubic\","
    "\"tcp_available_congestion_control\":\"reno cubic\"}}";
static const char calm[] = "{\"stall\":{\"max\":0.0004},\"cpu_steal\":{\"median\":0,\"max\":0},"
                           "\"cpu_busy\":{\"median\":0.01,\"max\":0.1},"
                           "\"clock_steps\":{\"total\":0}}";

static json_t *parsed(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_DECODE_ANY, &error);

    if (!json)
        fail_msg("%s at %d of %s", error.text, error.position, text);
    return json;
}

/* The machine with another value at that place: "clock/source". */
static json_t *changed(const char *where, const char *value)
{
    _free_ char *copy = strdup(where);
    json_t *facts = parsed(metal), *at = facts;
    char *key = copy, *slash;

    while ((slash = strchr(key, '/'))) {
        *slash = '\0';
        at = json_object_get(at, key);
        key = slash + 1;
    }
    if (value)
        json_object_set_new(at, key, parsed(value));
    else
        json_object_del(at, key);
    return facts;
}

static json_t *judged(json_t *facts, const char *watched, const struct fitness_path *paths,
                      size_t count)
{
    json_t *seen = watched ? parsed(watched) : NULL;
    json_t *fitness = fitness_make(facts, seen, paths, count);

    json_decref(facts);
    json_decref(seen);
    assert_non_null(fitness);
    return fitness;
}

static const json_t *check_of(const json_t *fitness, const char *name)
{
    const json_t *check;
    size_t i;

    json_array_foreach(json_object_get(fitness, "checks"), i,
                       check) if (strcmp(json_string_value(json_object_get(check, "name")), name) ==
                                  0) return check;
    return NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

static void use_is(const json_t *fitness, const char *use, const char *grade)
{
    const char *given = text_of(json_object_get(fitness, "uses"), use);

    if (strcmp(given, grade) != 0)
        fail_msg("%s is %s, not %s: %s", use, given, grade, json_dumps(fitness, JSON_INDENT(1)));
}

/* Of the machine with this change: the check's grade, and what its mend has in it. */
static void finds(const char *where, const char *value, const char *check, const char *grade,
                  const char *mend)
{
    json_t *fitness = judged(changed(where, value), calm, NULL, 0);
    const json_t *found = check_of(fitness, check);

    if (strcmp(text_of(found, "grade"), grade) != 0 || !strstr(text_of(found, "mend"), mend))
        fail_msg("%s=%s: %s", where, value, json_dumps(found, JSON_ENCODE_ANY));
    if (strcmp(grade, "good") != 0)
        assert_true(*text_of(found, "why"));
    json_decref(fitness);
}

static void a_good_machine_is_good_for_all(void **state)
{
    json_t *fitness = judged(parsed(metal), calm, NULL, 0);
    const json_t *check;
    size_t i;

    (void)state;
    use_is(fitness, "throughput", "good");
    use_is(fitness, "high-speed-throughput", "good");
    use_is(fitness, "loss-jitter", "good");
    use_is(fitness, "one-way-delay", "good");
    use_is(fitness, "storage", "good");
    json_array_foreach(json_object_get(fitness, "checks"), i, check)
    {
        assert_string_equal(text_of(check, "grade"), "good");
        assert_true(*text_of(check, "value"));
        assert_null(json_object_get(check, "mend"));
    }
    json_decref(fitness);
}

static void what_was_not_watched_is_not_good(void **state)
{
    json_t *fitness = judged(parsed(metal), NULL, NULL, 0);

    (void)state;
    use_is(fitness, "throughput", "unknown");
    use_is(fitness, "one-way-delay", "unknown");
    use_is(fitness, "storage", "good");
    json_decref(fitness);
}

static void a_worse_grade_hides_what_is_unknown(void **state)
{
    json_t *fitness = judged(changed("clock/synchronised", "false"), NULL, NULL, 0);

    (void)state;
    use_is(fitness, "one-way-delay", "bad");
    use_is(fitness, "loss-jitter", "unknown");
    use_is(fitness, "storage", "fair");
    json_decref(fitness);
}

static void nothing_known_is_unknown_for_all(void **state)
{
    json_t *fitness = judged(NULL, NULL, NULL, 0);

    (void)state;
    use_is(fitness, "throughput", "unknown");
    use_is(fitness, "high-speed-throughput", "unknown");
    use_is(fitness, "loss-jitter", "unknown");
    use_is(fitness, "one-way-delay", "unknown");
    use_is(fitness, "storage", "unknown");
    json_decref(fitness);
}

/* A VM as clouds make them, and nothing done for it. */
static void a_usual_vm_is_good_for_throughput_up_to_1g_when_its_buffers_are(void **state)
{
    json_t *facts = changed("virtualisation", "\"kvm\""), *fitness;
    json_t *nic = json_object_get(facts, "interface");

    (void)state;
    json_object_set_new(facts, "cpus", json_integer(2));
    json_object_set_new(nic, "driver", json_string("virtio_net"));
    json_object_set_new(nic, "mtu", json_integer(1450));
    json_object_del(nic, "speed_bps");
    json_object_set_new(nic, "channels",
                        parsed("{\"rx\":1,\"rx_max\":1,\"combined\":1,"
                               "\"combined_max\":1}"));
    json_object_set_new(nic, "rings", parsed("{\"rx\":256,\"rx_max\":256}"));
    fitness = judged(facts, calm, NULL, 0);
    use_is(fitness, "throughput", "good");
    use_is(fitness, "high-speed-throughput", "fair");
    use_is(fitness, "loss-jitter", "fair");
    assert_non_null(
        strstr(text_of(check_of(fitness, "queues"), "mend"), "hw_vif_multiqueue_enabled=true"));
    assert_non_null(strstr(text_of(check_of(fitness, "rings"), "mend"), "rx_queue_size=1024"));
    json_decref(fitness);
}

static void each_fault_of_time_keeping_has_its_mend(void **state)
{
    (void)state;
    finds("clock", "{\"source\":\"tsc\",\"synchronised\":false}", "clock-synchronised", "bad",
          "apt install chrony");
    finds("clock", "{\"synchronised\":false,\"keeper\":\"chronyd\"}", "clock-synchronised", "bad",
          "chronyc sources");
    finds("clock",
          "{\"synchronised\":false,\"host\":{\"device\":\"ptp0\",\"name\":\"KVM virtual PTP\"}}",
          "clock-synchronised", "bad", "refclock PHC /dev/ptp0");
    finds("clock/error_s", "0.004", "clock-error", "fair", "server NEAREST-NTP-SERVER");
    finds("clock/error_s", "0.2", "clock-error", "bad", "server NEAREST-NTP-SERVER");
    finds("clock/error_s", NULL, "clock-error", "unknown", "");
    finds("clock/beside", "\"ntpd\"", "clock-keepers", "fair", "systemctl disable --now ntp");
    finds("clock/source", "\"hpet\"", "clock-source", "bad",
          "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource");
    finds("clock", "{\"source\":\"jiffies\",\"sources\":\"jiffies\"}", "clock-source", "bad",
          "tsc=reliable");
}

static void a_package_is_installed_as_the_system_does_it(void **state)
{
    json_t *facts = changed("clock", "{\"synchronised\":false}"), *fitness;

    (void)state;
    json_object_set_new(facts, "os", parsed("{\"id\":\"rocky\"}"));
    fitness = judged(facts, calm, NULL, 0);
    assert_string_equal(text_of(check_of(fitness, "clock-synchronised"), "mend"),
                        "dnf install chrony");
    json_decref(fitness);
}

static void a_clock_that_is_set_meanwhile_is_bad_for_delays(void **state)
{
    json_t *fitness = judged(parsed(metal),
                             "{\"stall\":{\"max\":0},\"clock_steps\":{\"total\":2},"
                             "\"clock_step\":{\"min\":-0.5,\"max\":0.1}}",
                             NULL, 0);

    (void)state;
    use_is(fitness, "one-way-delay", "bad");
    use_is(fitness, "loss-jitter", "fair");
    assert_non_null(strstr(text_of(check_of(fitness, "clock-steps"), "why"), "-500 ms"));
    json_decref(fitness);
}

static void what_the_clock_monitor_saw_goes_before_the_facts(void **state)
{
    json_t *fitness =
        judged(changed("clock/error_s", "0.0001"),
               "{\"clock_synchronised\":{\"min\":1},\"clock_error\":{\"max\":0.05}}", NULL, 0);

    (void)state;
    assert_string_equal(text_of(check_of(fitness, "clock-error"), "grade"), "bad");
    json_decref(fitness);
    fitness = judged(parsed(metal), "{\"clock_synchronised\":{\"min\":0}}", NULL, 0);
    assert_string_equal(text_of(check_of(fitness, "clock-synchronised"), "grade"), "bad");
    json_decref(fitness);
}

static void each_fault_of_the_data_path_has_its_mend(void **state)
{
    (void)state;
    finds("virtualisation", "\"kvm\"", "virtualisation", "fair", "--vnic-type direct");
    finds("virtualisation", "\"vmware\"", "virtualisation", "fair", "pass a network card");
    finds("virtualisation", "\"qemu\"", "virtualisation", "bad", "virt_type=kvm");
    finds("interface/driver", "\"veth\"", "nic-driver", "fair", "--network host");
    finds("interface/driver", "\"e1000\"", "nic-driver", "good", ""); /* a real one, on metal */
    finds("interface/speed_bps", "1000000000", "link-speed", "bad", "ethtool eth0");
    finds("interface/channels/combined", "2", "queues", "good", "");
    finds("interface/channels", "{\"rx\":2,\"rx_max\":8,\"combined\":2,\"combined_max\":8}",
          "queues", "fair", "ethtool -L eth0 combined 8");
    finds("interface/channels", "{\"rx\":2,\"rx_max\":32,\"combined\":0,\"combined_max\":0}",
          "queues", "fair", "ethtool -L eth0 rx 16");
    finds("interface/interrupts/cpus", "1", "interrupts", "fair", "irqbalance");
    finds("interface/rings", "{\"rx\":256,\"rx_max\":4096}", "rings", "fair",
          "ethtool -G eth0 rx 4096");
    finds("interface/offloads/tso", "false", "offloads", "bad", "ethtool -K eth0 tso on");
    finds("interface/offloads/lro", "true", "offloads", "fair", "ethtool -K eth0 lro off");
    finds("interface/coalescing", "{\"rx_usecs\":200}", "coalescing", "fair",
          "ethtool -C eth0 adaptive-rx off rx-usecs 0");
    finds("interface/mtu", "1500", "mtu", "fair", "ip link set dev eth0 mtu 9000");
    finds("interface/mtu", "576", "mtu", "bad", "ip link set dev eth0 mtu 1500");
    finds("interface/qdisc", "\"tbf\"", "shaper", "fair", "tc qdisc del dev eth0 root");
}

static void a_device_of_software_needs_neither_queues_nor_gro(void **state)
{
    json_t *facts = changed("interface/channels", "{\"rx\":1,\"rx_max\":16}"), *fitness;
    json_t *nic = json_object_get(facts, "interface");

    (void)state;
    json_object_set_new(nic, "driver", json_string("veth"));
    json_object_set_new(json_object_get(nic, "offloads"), "gro", json_false());
    fitness = judged(facts, calm, NULL, 0);
    assert_null(check_of(fitness, "queues"));
    assert_string_equal(text_of(check_of(fitness, "offloads"), "grade"), "good");
    json_decref(fitness);
    finds("interface/offloads/gro", "false", "offloads", "bad", "ethtool -K eth0 gro on");
}

static void an_emulated_card_is_bad_in_a_vm(void **state)
{
    json_t *facts = changed("virtualisation", "\"kvm\""), *fitness;

    (void)state;
    json_object_set_new(json_object_get(facts, "interface"), "driver", json_string("e1000"));
    fitness = judged(facts, calm, NULL, 0);
    use_is(fitness, "throughput", "bad");
    assert_string_equal(text_of(check_of(fitness, "nic-driver"), "mend"),
                        "openstack image set --property hw_vif_model=virtio IMAGE");
    json_decref(fitness);
}

static void each_fault_of_resources_has_its_mend(void **state)
{
    (void)state;
    finds("cpus", "1", "cpus", "bad", "taskset");
    finds("cpu_quota", "0.5", "cpu-quota", "bad", "CPUQuota=");
    finds("cpu_quota", "16", "cpu-quota", "good", "");
    finds("cpu_governor", "\"powersave\"", "frequency", "bad", "cpupower frequency-set");
    finds("cpu_governor", "\"schedutil\"", "frequency", "fair", "cpupower frequency-set");
    finds("memory_bytes", "1073741824", "memory", "bad", "4 GiB");
    finds("disk_available_bytes", "1073741824", "disk", "bad", "larger disk");
}

static void stolen_time_is_mended_by_dedicated_cpus(void **state)
{
    static const char stolen[] = "{\"cpu_steal\":{\"median\":0.05,\"max\":0.3}}";
    json_t *fitness = judged(changed("virtualisation", "\"kvm\""), stolen, NULL, 0);

    (void)state;
    use_is(fitness, "loss-jitter", "bad");
    assert_string_equal(text_of(check_of(fitness, "steal"), "mend"),
                        "openstack flavor set --property hw:cpu_policy=dedicated FLAVOR");
    json_decref(fitness);
    fitness = judged(parsed(metal), stolen, NULL, 0); /* nobody is there to steal */
    assert_null(check_of(fitness, "steal"));
    json_decref(fitness);
    finds("virtualisation", "\"xen\"", "steal", "good", "");
}

static void a_vm_of_another_cloud_is_not_told_of_openstack(void **state)
{
    json_t *facts = changed("virtualisation", "\"kvm\""), *fitness;

    (void)state;
    json_object_set_new(facts, "platform", json_string("Amazon EC2 c5.large"));
    fitness = judged(facts, "{\"cpu_steal\":{\"median\":0.05,\"max\":0.3}}", NULL, 0);
    assert_null(strstr(text_of(check_of(fitness, "steal"), "mend"), "openstack"));
    assert_null(strstr(text_of(check_of(fitness, "virtualisation"), "mend"), "openstack"));
    json_decref(fitness);
}

static void a_stall_is_bad_for_timing_first(void **state)
{
    json_t *fitness = judged(parsed(metal), "{\"stall\":{\"max\":0.02}}", NULL, 0);

    (void)state;
    use_is(fitness, "loss-jitter", "bad");
    use_is(fitness, "throughput", "fair");
    json_decref(fitness);
}

static void what_monitors_saw_of_resources_is_judged(void **state)
{
    static const struct {
        const char *watched, *check, *grade;
    } cases[] = {
        { "{\"run_queue\":{\"median\":0.02}}", "run-queue", "good" },
        { "{\"run_queue\":{\"median\":0.5}}", "run-queue", "fair" },
        { "{\"run_queue\":{\"median\":1.5}}", "run-queue", "bad" },
        { "{\"cpu_throttled\":{\"max\":0.2}}", "cpu-quota", "bad" },
        { "{\"cpu_throttled\":{\"max\":0}}", "cpu-quota", "good" },
        { "{\"nic_rx_dropped\":{\"total\":3}}", "drops", "fair" },
        { "{\"softnet_dropped\":{\"total\":0}}", "drops", "good" },
        { "{\"udp_rcvbuf_errors\":{\"total\":9}}", "udp-receive-buffer", "fair" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *fitness = judged(changed("cpu_quota", "16"), cases[i].watched, NULL, 0);

        assert_string_equal(text_of(check_of(fitness, cases[i].check), "grade"), cases[i].grade);
        json_decref(fitness);
    }
}

/* Of docs/doctor.md: a change of the machine, or what was watched of it; a use and its grade. */
static void each_bound_is_where_the_page_says(void **state)
{
    static const struct {
        const char *where, *value, *watched, *use, *grade;
    } cases[] = {
        { "cpus", "4", calm, "high-speed-throughput", "good" },
        { "cpus", "3", calm, "high-speed-throughput", "fair" },
        { "cpus", "2", calm, "throughput", "good" },
        { "cpus", "1", calm, "high-speed-throughput", "bad" },
        { "cpus", "1", calm, "throughput", "fair" },
        { "cpu_quota", "4", calm, "throughput", "fair" },
        { "cpu_quota", "0.5", calm, "throughput", "bad" },
        { "cpu_quota", "4", calm, "loss-jitter", "bad" },
        { "cpu_governor", "\"powersave\"", calm, "throughput", "bad" },
        { "cpu_governor", "\"ondemand\"", calm, "throughput", "good" },
        { "memory_bytes", "400000000", calm, "throughput", "fair" },
        { "memory_bytes", "2500000000", calm, "storage", "fair" },
        { "memory_bytes", "1000000000", calm, "storage", "bad" },
        { "disk_available_bytes", "10737418240", calm, "storage", "fair" },
        { "disk_available_bytes", "1073741824", calm, "storage", "bad" },
        { "interface/speed_bps", "10000000000", calm, "high-speed-throughput", "good" },
        { "interface/speed_bps", "1000000000", calm, "throughput", "good" },
        { "interface/speed_bps", "100000000", calm, "throughput", "fair" },
        { "interface/speed_bps", "10000000", calm, "throughput", "bad" },
        { "interface/mtu", "1500", calm, "loss-jitter", "good" },
        { "interface/coalescing/rx_usecs", "50", calm, "one-way-delay", "good" },
        { "interface/coalescing/rx_usecs", "51", calm, "one-way-delay", "fair" },
        { "interface/coalescing/adaptive_rx", "true", calm, "one-way-delay", "fair" },
        { "clock/source", "\"acpi_pm\"", calm, "throughput", "fair" },
        { "clock/error_s", "0.001", calm, "one-way-delay", "good" },
        { "sysctl/rmem_max", "\"2500000\"", calm, "loss-jitter", "good" },
        { "sysctl/rmem_max", "\"2400000\"", calm, "loss-jitter", "fair" },
        { "sysctl/rmem_max", "\"100000\"", calm, "loss-jitter", "bad" },
        { "sysctl/tcp_moderate_rcvbuf", "\"0\"", calm, "throughput", "bad" },
        { "sysctl/tcp_timestamps", "\"0\"", calm, "throughput", "fair" },
        { "sysctl/tcp_rmem", "\"1 2 25000000\"", calm, "throughput", "good" },
        { "sysctl/tcp_rmem", "\"1 2 2500000\"", calm, "throughput", "fair" },
        { "sysctl/tcp_rmem", "\"1 2 2400000\"", calm, "throughput", "bad" },
        { "virtualisation", "\"kvm\"", "{\"cpu_steal\":{\"median\":0.03,\"max\":0.03}}",
          "throughput", "fair" },
        { "virtualisation", "\"kvm\"", "{\"cpu_steal\":{\"median\":0.2,\"max\":0.3}}", "throughput",
          "bad" },
        { "virtualisation", "\"kvm\"", "{\"cpu_steal\":{\"median\":0,\"max\":0.2}}", "loss-jitter",
          "fair" },
        { "steal_ratio", "0.5", "{\"stall\":{\"max\":0}}", "throughput", "good" }, /* on metal */
        { "cpus", "16", "{\"stall\":{\"max\":0.002}}", "loss-jitter", "fair" },
        { "cpus", "16", "{\"stall\":{\"max\":0.002}}", "throughput", "good" },
        { "cpus", "16", "{\"stall\":{\"max\":0.06}}", "throughput", "bad" },
        { "cpus", "16", "{\"stall\":{\"max\":0},\"run_queue\":{\"median\":0.5}}", "one-way-delay",
          "fair" },
        { "cpus", "16", "{\"stall\":{\"max\":0},\"run_queue\":{\"median\":1.5}}", "throughput",
          "fair" },
        { "cpus", "16", "{\"stall\":{\"max\":0},\"run_queue\":{\"median\":3}}", "throughput",
          "bad" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *fitness =
            judged(changed(cases[i].where, cases[i].value), cases[i].watched, NULL, 0);

        use_is(fitness, cases[i].use, cases[i].grade);
        json_decref(fitness);
    }
}

static void steal_that_was_not_watched_is_that_since_the_start(void **state)
{
    static const struct {
        double ratio;
        const char *grade;
    } cases[] = { { 0.001, "good" }, { 0.02, "fair" }, { 0.1, "bad" } };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *facts = changed("virtualisation", "\"kvm\""), *fitness;

        json_object_set_new(facts, "steal_ratio", json_real(cases[i].ratio));
        fitness = judged(facts, NULL, NULL, 0);
        assert_string_equal(text_of(check_of(fitness, "steal"), "grade"), cases[i].grade);
        json_decref(fitness);
    }
}

static void a_clock_rate_that_moves_is_the_governors(void **state)
{
    json_t *fitness = judged(changed("cpu_governor", "\"schedutil\""),
                             "{\"cpu_frequency\":{\"min\":1.2e9,\"max\":3.4e9}}", NULL, 0);

    (void)state;
    assert_non_null(strstr(text_of(check_of(fitness, "frequency"), "why"), "1.20 and 3.40 GHz"));
    json_decref(fitness);
}

static void a_busy_machine_is_told_where_nothing_was_measured(void **state)
{
    const struct fitness_path path = {
        .peer = "b", .measured = true, .goodput_bps = NAN, .rtt_s = NAN
    };
    static const char busy[] = "{\"cpu_busy\":{\"median\":0.7}}";
    json_t *fitness = judged(parsed(metal), busy, NULL, 0);

    (void)state;
    assert_string_equal(text_of(check_of(fitness, "idle"), "grade"), "bad");
    json_decref(fitness);
    fitness = judged(parsed(metal), busy, &path, 1);
    assert_null(check_of(fitness, "idle"));
    json_decref(fitness);
}

static void each_fault_of_buffers_has_its_mend(void **state)
{
    (void)state;
    finds("sysctl/tcp_rmem", "\"4096 131072 6291456\"", "tcp-receive-buffer", "bad",
          "sysctl -w net.ipv4.tcp_rmem='4096 131072 250000000'");
    finds("sysctl/tcp_wmem", "\"4096 16384 33554432\"", "tcp-send-buffer", "fair",
          "sysctl -w net.ipv4.tcp_wmem='4096 16384 250000000'");
    finds("sysctl/tcp_wmem", "\"4096\"", "tcp-send-buffer", "unknown", "");
    finds("sysctl/rmem_max", "\"212992\"", "udp-receive-buffer", "fair",
          "sysctl -w net.core.rmem_max=2500000");
    finds("sysctl/netdev_max_backlog", "\"100\"", "backlog", "fair", "netdev_max_backlog=30000");
    finds("sysctl/tcp_window_scaling", "\"0\"", "tcp-features", "bad",
          "sysctl -w net.ipv4.tcp_window_scaling=1");
    finds("sysctl/tcp_congestion_control", "\"reno\"", "congestion-control", "fair",
          "sysctl -w net.ipv4.tcp_congestion_control=cubic");
}

static void buffers_of_the_usual_kernel_do_for_1g_near_by_alone(void **state)
{
    json_t *facts = changed("sysctl/tcp_rmem", "\"4096 131072 6291456\""), *fitness;

    (void)state;
    json_object_set_new(json_object_get(facts, "sysctl"), "tcp_wmem",
                        json_string("4096 16384 4194304"));
    fitness = judged(facts, calm, NULL, 0);
    use_is(fitness, "throughput", "fair");
    use_is(fitness, "high-speed-throughput", "bad");
    use_is(fitness, "loss-jitter", "good");
    json_decref(fitness);
}

/* 200 Mb/s over 200 ms are 5 MB on the way, which takes 10 MB. */
static void a_flow_that_filled_its_buffer_is_told(void **state)
{
    const struct fitness_path path = {
        .peer = "far", .sends = false, .mtu = 9000, .goodput_bps = 200e6, .rtt_s = 0.2
    };
    json_t *fitness =
        judged(changed("sysctl/tcp_rmem", "\"4096 131072 10485760\""), calm, &path, 1);
    const json_t *check = check_of(fitness, "tcp-receive-buffer");

    (void)state;
    use_is(fitness, "throughput", "bad");
    assert_non_null(strstr(text_of(check, "why"), "the flow with far had 200.0 Mb/s over 200 ms"));
    assert_string_equal(text_of(check, "mend"),
                        "sysctl -w net.ipv4.tcp_rmem='4096 131072 20000000'");
    assert_string_equal(text_of(check_of(fitness, "tcp-send-buffer"), "grade"), "good");
    json_decref(fitness);
}

static void an_mtu_that_the_path_or_the_other_end_lacks_is_told(void **state)
{
    json_t *other = parsed("{\"interface\":{\"name\":\"eth1\",\"mtu\":1500}}"), *fitness;
    const json_t *check;
    struct fitness_path path = { .peer = "b", .facts = other, .mtu = 0 };

    (void)state;
    path.goodput_bps = path.rtt_s = NAN;
    fitness = judged(parsed(metal), calm, &path, 1);
    check = check_of(fitness, "path-mtu");
    assert_string_equal(text_of(check, "value"), "9000 here, 1500 at b");
    assert_string_equal(text_of(check, "grade"), "fair");
    assert_string_equal(text_of(check, "mend"), "ip link set dev eth0 mtu 1500");
    json_decref(fitness);
    path.mtu = 1450;
    fitness = judged(parsed(metal), calm, &path, 1);
    assert_string_equal(text_of(check_of(fitness, "path-mtu"), "mend"),
                        "ip link set dev eth0 mtu 1450");
    json_decref(fitness);
    path.mtu = 9000;
    json_object_set_new(json_object_get(other, "interface"), "mtu", json_integer(9000));
    fitness = judged(parsed(metal), calm, &path, 1);
    assert_string_equal(text_of(check_of(fitness, "path-mtu"), "grade"), "good");
    json_decref(fitness);
    json_decref(other);
}

static void what_is_reached_over_the_loopback_is_judged_by_its_uplink(void **state)
{
    json_t *facts = changed("uplink", "{}"), *fitness;

    (void)state;
    json_object_set(facts, "uplink", json_object_get(facts, "interface"));
    json_object_set_new(json_object_get(facts, "uplink"), "mtu", json_integer(1400));
    json_object_set_new(facts, "interface", parsed("{\"name\":\"lo\",\"mtu\":65536}"));
    fitness = judged(facts, calm, NULL, 0);
    assert_string_equal(text_of(check_of(fitness, "mtu"), "value"), "1400 on eth0");
    json_decref(fitness);
}

static void a_machine_with_the_loopback_alone_has_no_card_to_judge(void **state)
{
    json_t *fitness =
        judged(changed("interface", "{\"name\":\"lo\",\"mtu\":65536}"), calm, NULL, 0);

    (void)state;
    assert_null(check_of(fitness, "mtu"));
    assert_null(check_of(fitness, "nic-driver"));
    use_is(fitness, "throughput", "good");
    json_decref(fitness);
}

/* A command that is copied must not run what somebody has called an interface. */
static void no_text_of_theirs_gets_into_a_command(void **state)
{
    (void)state;
    finds("interface", "{\"name\":\"x;reboot\",\"mtu\":576,\"driver\":\"y\"}", "mtu", "bad",
          "ip link set dev IFACE mtu 1500");
    finds("interface", "{\"name\":\"-x\",\"mtu\":576,\"driver\":\"y\"}", "mtu", "bad",
          "dev IFACE mtu");
    finds("clock", "{\"synchronised\":false,\"host\":{\"device\":\"ptp0' ; reboot\"}}",
          "clock-synchronised", "bad", "apt install chrony");
    finds("sysctl/tcp_rmem", "\"4096 `reboot` 1\"", "tcp-receive-buffer", "unknown", "");
}

/* Every value of another type, one after the other, at every place. */
static void spoil(json_t *facts, json_t *at, const char *watched)
{
    static const char *const values[] = { "null", "true",  "-1",        "1e308",
                                          "\"\"", "[1,2]", "{\"a\":1}", "\"x\\u0007\\u001b[31m\"",
                                          "0",    "1e-300" };
    const char *key;
    json_t *value, *keys = json_deep_copy(at), *seen = parsed(watched);

    json_object_foreach(keys, key, value)
    {
        json_t *old = json_incref(json_object_get(at, key));

        for (size_t i = 0; i < COUNT(values); i++) {
            json_t *fitness;

            json_object_set_new(at, key, parsed(values[i]));
            fitness = fitness_make(facts, seen, NULL, 0);
            assert_int_equal(json_object_size(json_object_get(fitness, "uses")), 5);
            json_decref(fitness);
        }
        json_object_set_new(at, key, old);
        if (json_is_object(old))
            spoil(facts, old, watched);
    }
    json_decref(keys);
    json_decref(seen);
}

static void values_of_another_type_are_absent(void **state)
{
    static const char *const shapes[] = {
        "[]", "1", "\"x\"", "null", "{\"stall\":[]}", "{\"stall\":{\"max\":\"x\"},\"cpu_steal\":7}"
    };
    json_t *facts = parsed(metal);

    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        spoil(facts, facts, shapes[i]);
        json_decref(judged(parsed(shapes[i]), shapes[i], NULL, 0));
    }
    json_decref(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_machine_is_good_for_all),
        cmocka_unit_test(what_was_not_watched_is_not_good),
        cmocka_unit_test(a_worse_grade_hides_what_is_unknown),
        cmocka_unit_test(nothing_known_is_unknown_for_all),
        cmocka_unit_test(a_usual_vm_is_good_for_throughput_up_to_1g_when_its_buffers_are),
        cmocka_unit_test(each_fault_of_time_keeping_has_its_mend),
        cmocka_unit_test(a_package_is_installed_as_the_system_does_it),
        cmocka_unit_test(a_clock_that_is_set_meanwhile_is_bad_for_delays),
        cmocka_unit_test(what_the_clock_monitor_saw_goes_before_the_facts),
        cmocka_unit_test(each_fault_of_the_data_path_has_its_mend),
        cmocka_unit_test(a_device_of_software_needs_neither_queues_nor_gro),
        cmocka_unit_test(an_emulated_card_is_bad_in_a_vm),
        cmocka_unit_test(each_fault_of_resources_has_its_mend),
        cmocka_unit_test(stolen_time_is_mended_by_dedicated_cpus),
        cmocka_unit_test(a_vm_of_another_cloud_is_not_told_of_openstack),
        cmocka_unit_test(a_stall_is_bad_for_timing_first),
        cmocka_unit_test(what_monitors_saw_of_resources_is_judged),
        cmocka_unit_test(each_bound_is_where_the_page_says),
        cmocka_unit_test(steal_that_was_not_watched_is_that_since_the_start),
        cmocka_unit_test(a_clock_rate_that_moves_is_the_governors),
        cmocka_unit_test(a_busy_machine_is_told_where_nothing_was_measured),
        cmocka_unit_test(each_fault_of_buffers_has_its_mend),
        cmocka_unit_test(buffers_of_the_usual_kernel_do_for_1g_near_by_alone),
        cmocka_unit_test(a_flow_that_filled_its_buffer_is_told),
        cmocka_unit_test(an_mtu_that_the_path_or_the_other_end_lacks_is_told),
        cmocka_unit_test(what_is_reached_over_the_loopback_is_judged_by_its_uplink),
        cmocka_unit_test(a_machine_with_the_loopback_alone_has_no_card_to_judge),
        cmocka_unit_test(no_text_of_theirs_gets_into_a_command),
        cmocka_unit_test(values_of_another_type_are_absent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
