/* SPDX-License-Identifier: Apache-2.0
 *
 * A scripted cloud for tests of plugins/clouds/openstack: cloud_server.py, which says what a script
 * is, as a child of the test.
 *
 * Services stand at URL/identity, URL/compute/v2.1, URL/network and URL/image, as the catalog of
 * the recorded token says; what the script does not answer is answered as it was recorded
 * (tests/data/openstack/zed.json).
 * Owner: the test.  One thread.  What goes wrong fails the test.
 */
#ifndef FAKES_CLOUD_H
#define FAKES_CLOUD_H

#include <stdbool.h>
#include <sys/types.h>

#include <jansson.h>

struct fake_cloud {
    pid_t pid;
    FILE *to, *from; /* its stdin and stdout */
    char url[64];    /* "http://127.0.0.1:40123" */
    char folder[64]; /* with TLS: where ca.crt is; "" */
};

struct fake_cloud *fake_cloud_new(bool tls);
void fake_cloud_free(struct fake_cloud *cloud);

/* What is answered from now on: a JSON array of exchanges; ' may stand for ". */
void fake_cloud_script(struct fake_cloud *cloud, const char *exchanges);
/* What was asked since: the caller's to decref. */
json_t *fake_cloud_log(struct fake_cloud *cloud);
/* How often this was asked since: "POST /compute/v2.1/servers", whatever the query. */
size_t fake_cloud_count(struct fake_cloud *cloud, const char *request);
/* The number-th request of this kind, from 0 on; the caller's to decref. */
json_t *fake_cloud_request(struct fake_cloud *cloud, const char *request, size_t number);
/* Its first one's body, and a header, as text; until the next call. */
const char *fake_cloud_body(struct fake_cloud *cloud, const char *request);
const char *fake_cloud_header(struct fake_cloud *cloud, const char *request, size_t number,
                              const char *name);

#endif
