/* SPDX-License-Identifier: Apache-2.0
 *
 * Neutron's agents, as its list of them tells: which one carries the traffic of a host, and over
 * which of its interfaces.
 *
 * Pure.  What is returned lies in the list.
 */
#ifndef OPENSTACK_AGENT_H
#define OPENSTACK_AGENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define AGENT_LINUX_BRIDGE "Linux bridge agent"
#define AGENT_OVS          "Open vSwitch agent"
#define AGENT_OVN          "OVN Controller agent"

/* The agent of one of these hosts, or else of any; `direct`: rather that of SR-IOV.  NULL: none. */
json_t *agent_find(json_t *agents, const char *const *hosts, size_t count, bool direct);
/* Its type; gateways of OVN are no type of their own.  "": no agent. */
const char *agent_type(json_t *agent);
/* Its end of tunnels; NULL: it does not say. */
const char *agent_tunnel(json_t *agent);
/* What it has for a physical network, the only one if it is not named: *ret_bridge tells whether
 * that is a bridge of Open vSwitch or an interface. */
bool agent_physical(json_t *agent, const char *network, char *ret, size_t len, bool *ret_bridge);

#endif
