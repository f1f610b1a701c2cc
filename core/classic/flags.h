/* SPDX-License-Identifier: Apache-2.0
 *
 * The flags of VMTP's command line as data, those that were added marked, and the page that -h
 * prints.
 *
 * '-' and '_' are the same within a long name.  A beginning of a name is enough where only one
 * flag of VMTP begins so; added flags never make such a beginning ambiguous.
 */
#ifndef VMTP_CLASSIC_FLAGS_H
#define VMTP_CLASSIC_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <vmtp/error.h>

enum flag_id {
    FLAG_HELP,
    FLAG_CONFIG,
    FLAG_SHOW_CONFIG,
    FLAG_RC,
    FLAG_MONITOR,
    FLAG_PASSWORD,
    FLAG_TIME,
    FLAG_HOST,
    FLAG_EXTERNAL_HOST,
    FLAG_CONTROLLER_NODE,
    FLAG_MONGOD_SERVER,
    FLAG_JSON,
    FLAG_TP_TOOL,
    FLAG_AVAILABILITY_ZONE,
    FLAG_HYPERVISOR,
    FLAG_INTER_NODE_ONLY,
    FLAG_SAME_NETWORK_ONLY,
    FLAG_PROTOCOLS,
    FLAG_MULTICAST_ADDR,
    FLAG_BANDWIDTH,
    FLAG_TCPBUF,
    FLAG_UDPBUF,
    FLAG_ICMP_PKT_SIZES,
    FLAG_REUSE_NETWORK_NAME,
    FLAG_OS_DATAPLANE_NETWORK,
    FLAG_DELETE_IMAGE_AFTER_RUN,
    FLAG_NO_ENV,
    FLAG_VNIC_TYPE,
    FLAG_NO_DHCP,
    FLAG_NO_FLOATINGIP,
    FLAG_USE_CONFIG_DRIVE,
    FLAG_DEBUG,
    FLAG_VERSION,
    FLAG_STOP_ON_ERROR,
    FLAG_KEEP_FIRST_FLOW,
    FLAG_VM_IMAGE_URL,
    FLAG_TEST_DESCRIPTION,
    FLAG_LOG_FILE,
    FLAG_HOST_KEYS,
    FLAG_PRIVATE_KEY,
    FLAG_OS_CLOUD,
    FLAG_PLUGIN_PATH,
    FLAG_COUNT
};

struct flag {
    enum flag_id id;
    const char *brief; /* behind one '-': "c", "sc"; NULL: none */
    const char *name;  /* behind "--", as VMTP spells it */
    const char *alias; /* another one; NULL: none */
    const char *value; /* what it takes, for people; NULL: nothing */
    const char *help;
    bool added;     /* VMTP had no such flag */
    bool openstack; /* means something only to the OpenStack part */
};

/* FLAG_COUNT of them, each at the place of its id. */
extern const struct flag flags[];

/* "-c/--config", as messages name it. */
struct flag_title {
    char text[80];
};
struct flag_title flag_title(const struct flag *flag);

/* The flag whose brief name is exactly this; NULL: there is none. */
const struct flag *flag_brief(const char *text, size_t len);
/* The flag that a long name, or the beginning of one, means.  0, *ret NULL where there is none;
 * -EINVAL: it could be several, and err names them. */
int flag_long(const char *text, size_t len, const struct flag **ret, struct vmtp_error *err);
/* "; did you mean '--time'?", or "". */
struct flag_hint {
    char text[96];
};
struct flag_hint flag_hint(const char *text, size_t len);

/* "usage: vmtp [-h] [-c <config_file>] ...", and the same with all flags explained. */
void flags_usage(FILE *out);
void flags_help(FILE *out);

#endif
