/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_cpu.h"

#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const cpu_names[CPU_TIMES] = {
    [CPU_USER] = "cpu_user",     [CPU_NICE] = "cpu_nice",   [CPU_SYSTEM] = "cpu_system",
    [CPU_IOWAIT] = "cpu_iowait", [CPU_IRQ] = "cpu_irq",     [CPU_SOFTIRQ] = "cpu_softirq",
    [CPU_STEAL] = "cpu_steal",   [CPU_GUEST] = "cpu_guest", [CPU_IDLE] = NULL,
    [CPU_GUEST_NICE] = NULL, /* told as part of guest */
};

/* Of a part these alone are told, where they are something. */
static const enum cpu_time of_parts[] = { CPU_USER,    CPU_SYSTEM, CPU_IRQ,
                                          CPU_SOFTIRQ, CPU_STEAL,  CPU_GUEST };
#define WORTH_TELLING 0.01

static void read_times(const char *at, uint64_t ret[CPU_TIMES])
{
    for (int i = 0; i < CPU_TIMES; i++)
        if (!text_number(&at, &ret[i]))
            ret[i] = 0; /* older kernels have fewer */
}

int cpu_parse(struct cpu_look *look, const char *text)
{
    bool found = false;

    look->cpus = 0;
    for (const char *line = text; line && !strncmp(line, "cpu", 3); line = text_next_line(line)) {
        const char *at = line + 3;
        uint64_t n;

        if (*at == ' ') {
            read_times(at, look->all);
            found = true;
        } else if (text_number(&at, &n) && n < CPU_MAX) {
            for (; look->cpus <= n; look->cpus++) /* a CPU that is off has no line */
                memset(look->cpu[look->cpus], 0, sizeof look->cpu[0]);
            read_times(at, look->cpu[n]);
        }
    }
    return found ? 0 : -EPROTO;
}

bool cpu_shares(const uint64_t before[CPU_TIMES], const uint64_t now[CPU_TIMES],
                struct cpu_shares *ret)
{
    double went[CPU_TIMES], sum = 0;

    for (int i = 0; i < CPU_TIMES; i++) {
        went[i] = now[i] > before[i] ? (double)(now[i] - before[i]) : 0; /* iowait may shrink */
        if (i < CPU_GUEST) /* guest time is in user and nice already */
            sum += went[i];
    }
    if (sum <= 0)
        return false;
    went[CPU_GUEST] += went[CPU_GUEST_NICE];
    for (int i = 0; i < CPU_TIMES; i++)
        ret->of[i] = went[i] < sum ? went[i] / sum : 1;
    ret->busy = (sum - went[CPU_IDLE] - went[CPU_IOWAIT]) / sum;
    return true;
}

/* Those that a machine may never have are told once they were seen. */
static bool is_rare(int time)
{
    return time == CPU_NICE || time == CPU_IOWAIT || time == CPU_IRQ || time == CPU_GUEST;
}

static void add_all(struct watch_cpu *c, const struct cpu_shares *s, struct figures *f)
{
    figures_add(f, FIGURE_MACHINE, "cpu_busy", NULL, s->busy);
    for (int i = 0; i < CPU_TIMES; i++) {
        c->seen[i] = c->seen[i] || s->of[i] > 0 || !is_rare(i);
        if (cpu_names[i] && c->seen[i])
            figures_add(f, FIGURE_MACHINE, cpu_names[i], NULL, s->of[i]);
    }
}

static void add_part(uint32_t n, const struct cpu_shares *s, struct figures *f)
{
    char part[16];

    snprintf(part, sizeof part, "cpu%u", n);
    figures_add(f, FIGURE_MACHINE, "cpu_busy", part, s->busy);
    for (size_t i = 0; i < sizeof of_parts / sizeof *of_parts; i++)
        if (s->of[of_parts[i]] >= WORTH_TELLING)
            figures_add(f, FIGURE_MACHINE, cpu_names[of_parts[i]], part, s->of[of_parts[i]]);
}

struct busiest {
    uint32_t cpu[CPU_SHOWN];
    struct cpu_shares shares[CPU_SHOWN];
    size_t count;
};

static void busiest_take(struct busiest *b, uint32_t cpu, const struct cpu_shares *s)
{
    size_t at = b->count;

    while (at > 0 && b->shares[at - 1].busy < s->busy)
        at--;
    if (at == CPU_SHOWN)
        return;
    if (b->count < CPU_SHOWN)
        b->count++;
    for (size_t i = b->count - 1; i > at; i--) {
        b->cpu[i] = b->cpu[i - 1];
        b->shares[i] = b->shares[i - 1];
    }
    b->cpu[at] = cpu;
    b->shares[at] = *s;
}

static void cpu_tell(struct watch_cpu *c, const struct cpu_look *before, const struct cpu_look *now,
                     struct figures *f)
{
    struct busiest busiest = { .count = 0 };
    struct cpu_shares s;

    if (cpu_shares(before->all, now->all, &s))
        add_all(c, &s, f);
    for (uint32_t i = 0; i < now->cpus && i < before->cpus; i++)
        if (cpu_shares(before->cpu[i], now->cpu[i], &s) && s.busy > CPU_BUSY)
            busiest_take(&busiest, i, &s);
    for (size_t i = 0; i < busiest.count; i++)
        add_part(busiest.cpu[i], &busiest.shares[i], f);
}

/* The second oldest look is old enough: the oldest is needed no more. */
static void forget(struct watch_cpu *c, uint64_t now_ns)
{
    while (
        c->count == CPU_LOOKS ||
        (c->count > 1 && now_ns - c->look[(c->first + 1) % CPU_LOOKS].time_ns >= CPU_WINDOW_NS)) {
        c->first = (c->first + 1) % CPU_LOOKS;
        c->count--;
    }
}

void cpu_take(struct watch_cpu *c, const char *text, uint64_t now_ns, struct figures *f)
{
    struct cpu_look *look;

    forget(c, now_ns);
    look = &c->look[(c->first + c->count) % CPU_LOOKS];
    look->time_ns = now_ns;
    if (cpu_parse(look, text))
        return;
    if (c->count)
        cpu_tell(c, &c->look[c->first], look, f);
    c->count++;
}
