/* SPDX-License-Identifier: Apache-2.0
 *
 * A tenant of a scripted cloud: a client that has logged in to it, for tests of what
 * plugins/clouds/openstack asks of the services.
 *
 * Owner: the test; set-up and tear-down of cmocka.  One thread.  What goes wrong fails the test.
 */
#ifndef FAKES_TENANT_H
#define FAKES_TENANT_H

#include "../../plugins/clouds/openstack/client.h"
#include "cloud.h"
#include "host.h"

struct tenant {
    struct fake_cloud *cloud;
    struct fake_host *host;
    char auth_url[96];
    struct os_options opt; /* zero, but for timeouts */
    struct os_credentials credentials;
    struct os_client *client;
    struct vmtp_error err; /* for the test */
};

/* For cmocka_unit_test_setup_teardown(). */
int tenant_set_up(void **state);
int tenant_tear_down(void **state);

/* Of one request's JSON body the text at these keys: "server.name", "networks.0.port"; "" if there
 * is none.  Valid until the next call. */
const char *tenant_asked(struct tenant *tenant, const char *request, size_t number,
                         const char *keys);

#endif
