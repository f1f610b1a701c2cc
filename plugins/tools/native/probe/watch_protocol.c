/* SPDX-License-Identifier: Apache-2.0 */
#include "watch_protocol.h"

#include "text.h"

#include <string.h>

/* snmp and netstat: "Udp: NAME NAME ..." above "Udp: VALUE VALUE ..."; snmp6: "NAME VALUE". */
static const struct {
    const char *group; /* NULL: snmp6 */
    const char *name, *metric;
} rows[] = {
    { "Udp:", "RcvbufErrors", "udp_rcvbuf_errors" },
    { NULL, "Udp6RcvbufErrors", "udp_rcvbuf_errors" },
    { "Udp:", "SndbufErrors", "udp_sndbuf_errors" },
    { NULL, "Udp6SndbufErrors", "udp_sndbuf_errors" },
    { "Udp:", "MemErrors", "udp_memory_errors" },
    { NULL, "Udp6MemErrors", "udp_memory_errors" },
    { "Udp:", "InCsumErrors", "udp_checksum_errors" },
    { NULL, "Udp6InCsumErrors", "udp_checksum_errors" },
    { "Udp:", "InErrors", "udp_in_errors" },
    { NULL, "Udp6InErrors", "udp_in_errors" },
    { "Ip:", "InDiscards", "ip_in_discards" },
    { NULL, "Ip6InDiscards", "ip_in_discards" },
    { "Ip:", "OutDiscards", "ip_out_discards" },
    { NULL, "Ip6OutDiscards", "ip_out_discards" },
    { "Ip:", "ReasmFails", "ip_reassembly_failed" },
    { NULL, "Ip6ReasmFails", "ip_reassembly_failed" },
    { "IpExt:", "InCEPkts", "ip_congestion_marks" },
    { NULL, "Ip6InCEPkts", "ip_congestion_marks" },
    { "Tcp:", "RetransSegs", "tcp_retransmits" },
    { "TcpExt:", "TCPTimeouts", "tcp_timeouts" },
    { "TcpExt:", "TCPSpuriousRTOs", "tcp_spurious_timeouts" },
    { "TcpExt:", "TCPLostRetransmit", "tcp_lost_retransmits" },
    { "TcpExt:", "ListenDrops", "tcp_listen_drops" },
    { "TcpExt:", "TCPBacklogDrop", "tcp_backlog_dropped" },
    { "TcpExt:", "TCPRcvQDrop", "tcp_receive_dropped" },
    { "TcpExt:", "PruneCalled", "tcp_pruned" },
    { "TcpExt:", "TCPRcvCollapsed", "tcp_collapsed" },
    { "TcpExt:", "TCPToZeroWindowAdv", "tcp_zero_windows" },
    { "TcpExt:", "TCPMemoryPressures", "tcp_memory_pressures" },
};
#define ROWS (sizeof rows / sizeof *rows)

_Static_assert(ROWS <= PROTOCOL_COUNTERS, "the counters have no room for the table");

/* The row of that name in that group; -1: it is not wanted. */
static int row_find(const char *group, const char *name, size_t len)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].group == group && text_is(name, len, rows[i].name))
            return (int)i;
    return -1;
}

static void see(struct watch_protocol *p, int row, uint64_t value)
{
    if (row >= 0)
        p->moved[row] += counter_moved(&p->counter[row], value);
}

/* The table's own string of that group; NULL: none of it is wanted. */
static const char *group_find(const char *word, size_t len)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].group && text_is(word, len, rows[i].group))
            return rows[i].group;
    return NULL;
}

static void plan_make(struct protocol_plan *plan, const char *names, size_t len)
{
    const char *name;
    size_t word;

    memcpy(plan->names, names, len);
    plan->names[len] = 0;
    plan->columns = 0;
    while (plan->columns < PROTOCOL_COLUMNS && (word = text_word(&names, &name)))
        plan->row[plan->columns++] = (int8_t)row_find(plan->group, name, word);
}

/* NULL: more groups than the table has, or a line that is too long. */
static struct protocol_plan *plan_find(struct watch_protocol *p, const char *group,
                                       const char *names)
{
    size_t len = strcspn(names, "\n");
    struct protocol_plan *plan = p->plan;

    while (plan < p->plan + PROTOCOL_GROUPS && plan->group && plan->group != group)
        plan++;
    if (plan == p->plan + PROTOCOL_GROUPS || len >= PROTOCOL_NAMES)
        return NULL;
    if (plan->group && strncmp(plan->names, names, len) == 0 && !plan->names[len])
        return plan;
    plan->group = group;
    plan_make(plan, names, len);
    return plan;
}

/* Two lines: the words behind the group's name, and below each its number ("-1" is none). */
static void take_pair(struct watch_protocol *p, const char *group, const char *names,
                      const char *values)
{
    const struct protocol_plan *plan = plan_find(p, group, names);
    const char *value;

    for (size_t i = 0; plan && i < plan->columns && text_word(&values, &value); i++) {
        uint64_t number;

        if (plan->row[i] >= 0 && text_number(&value, &number))
            see(p, plan->row[i], number);
    }
}

void protocol_take(struct watch_protocol *p, const char *text)
{
    for (const char *line = text; line; line = text_next_line(line)) {
        const char *at = line, *word, *below = text_next_line(line);
        size_t len = text_word(&at, &word);
        const char *group = len ? group_find(word, len) : NULL;
        uint64_t number;

        if (group && below && strncmp(below, word, len) == 0) {
            take_pair(p, group, at, below + len);
            line = below;
        } else if (len && word[len - 1] != ':' && text_number(&at, &number)) {
            see(p, row_find(NULL, word, len), number);
        }
    }
}

void protocol_tell(struct watch_protocol *p, struct figures *f)
{
    for (size_t i = 0; i < ROWS; i++) {
        uint64_t moved = p->moved[i];

        for (size_t k = i + 1; k < ROWS; k++)
            if (strcmp(rows[k].metric, rows[i].metric) == 0) {
                moved += p->moved[k];
                p->moved[k] = 0;
            }
        p->moved[i] = 0;
        figures_add_moved(f, FIGURE_NETWORK, rows[i].metric, NULL, moved);
    }
}
