/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads any bytes as a text of /proc/net and as an answer of rtnetlink: vmtp-probe looks for what
 * was dropped in it, never beyond it.
 */
#include "../../plugins/tools/native/probe/link.c"
#include "../../plugins/tools/native/probe/netlink.c"
#include "../../plugins/tools/native/probe/proc_net.c"
#include "../../plugins/tools/native/probe/queue.c"
#include "../../plugins/tools/native/probe/text.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_text(const char *text)
{
    uint64_t value = 0, other = 0;
    uint32_t cpus = 0, dropped = 0;

    (void)proc_net_column(text, "Udp:", "SndbufErrors", &value);
    (void)proc_net_column(text, "Ip:", "ReasmFails", &value);
    (void)proc_net_row(text, "Ip6ReasmFails", &value);
    (void)proc_net_word(text, "FRAG:", "inuse", &value);
    (void)proc_net_dropped(text, "eth0", &value, &other);
    if (proc_net_backlog(text, &cpus, &dropped) && !cpus)
        abort();
}

static void read_answer(const uint8_t *data, size_t size)
{
    struct queue_drops queue;
    struct link_name link;

    queue_drops_take(data, size, &queue);
    link_name_take(data, size, &link);
    if (strlen(queue.kind) >= sizeof queue.kind || strlen(link.name) >= sizeof link.name ||
        strlen(link.kind) >= sizeof link.kind)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);

    if (text)
        read_text(text);
    read_answer(data, size);
    free(text);
    return 0;
}
