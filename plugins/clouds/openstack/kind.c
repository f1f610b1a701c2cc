/* SPDX-License-Identifier: Apache-2.0
 *
 * The kinds of things as a table: see kind.h.
 */
#include "kind.h"

#define LINE_MAX_LEN (2 * OS_ID_MAX + OS_NAME_MAX) /* project, router, name */

/* clang-format off */
const struct kind os_kinds[OS_KIND_COUNT] = {
    [OS_KIND_FLOATING] =
        { "floating-ip", WAVE_FIRST, OS_NETWORK, "/floatingips?project_id=", "floatingips",
          "description", "id", "/floatingips/" },
    [OS_KIND_SERVER] =
        { "server", WAVE_FIRST, OS_COMPUTE, "/servers?name=-", "servers", "name", "id",
          "/servers/" },
    [OS_KIND_SERVER_GROUP] =
        { "server-group", WAVE_FIRST, OS_COMPUTE, "/os-server-groups", "server_groups", "name",
          "id", "/os-server-groups/" },
    [OS_KIND_KEYPAIR] =
        { "keypair", WAVE_FIRST, OS_COMPUTE, "/os-keypairs", "keypairs", "name", "name",
          "/os-keypairs/" },
    [OS_KIND_INTERFACE] =
        { "router-interface", WAVE_INTERFACES, OS_NETWORK, "/subnets?fields=id&fields=name&project_id=",
          "subnets", "name", "id", NULL },
    [OS_KIND_ROUTER] =
        { "router", WAVE_ROUTERS, OS_NETWORK, "/routers?fields=id&fields=name&project_id=",
          "routers", "name", "id", "/routers/" },
    [OS_KIND_PORT] =
        { "port", WAVE_PORTS, OS_NETWORK, "/ports?fields=id&fields=name&project_id=", "ports",
          "name", "id", "/ports/" },
    [OS_KIND_SUBNET] =
        { "subnet", WAVE_SUBNETS, OS_NETWORK, "/subnets?fields=id&fields=name&project_id=",
          "subnets", "name", "id", "/subnets/" },
    [OS_KIND_NETWORK] =
        { "network", WAVE_LAST, OS_NETWORK, "/networks?fields=id&fields=name&project_id=",
          "networks", "name", "id", "/networks/" },
    [OS_KIND_SECURITY_GROUP] =
        { "security-group", WAVE_LAST, OS_NETWORK,
          "/security-groups?fields=id&fields=name&project_id=", "security_groups", "name", "id",
          "/security-groups/" },
    [OS_KIND_FLAVOR] =
        { "flavor", WAVE_LAST, OS_COMPUTE, "/flavors?is_public=None", "flavors", "name", "id",
          "/flavors/" },
    [OS_KIND_IMAGE] =
        { "image", WAVE_LAST, OS_IMAGE, "/images?limit=1000&owner=", "images", "name", "id", "/images/" },
};
/* clang-format on */

bool kind_of(const char *name, enum os_kind *ret)
{
    for (int i = 0; i < OS_KIND_COUNT; i++)
        if (strcmp(os_kinds[i].name, name) == 0) {
            *ret = (enum os_kind)i;
            return true;
        }
    return false;
}

/* What does not fit is cut from the base: the run's id says whose it is. */
void kind_label(const char *base, unsigned int number, const char *run, char ret[OS_NAME_MAX])
{
    char tail[OS_NAME_MAX / 2];
    int room;

    if (number)
        snprintf(tail, sizeof tail, "-%u-%s", number, run);
    else
        snprintf(tail, sizeof tail, "-%s", run);
    room = OS_NAME_MAX - 1 - (int)strlen(tail);
    snprintf(ret, OS_NAME_MAX, "%.*s%s", room, base, tail);
}

const char *kind_owner(enum os_kind kind, const struct os_client *client)
{
    return kind == OS_KIND_KEYPAIR ? os_client_user(client) : os_client_project(client);
}

/* Its id has no slash. */
static void line_make(const struct os_client *client, enum os_kind kind, const char *label,
                      char ret[LINE_MAX_LEN])
{
    snprintf(ret, LINE_MAX_LEN, "%s/%s", kind_owner(kind, client), label);
}

int kind_owns(struct os_client *client, enum os_kind kind, const char *label,
              struct vmtp_error *err)
{
    struct vmtp_self *self = os_client_self(client);
    char line[LINE_MAX_LEN];

    line_make(client, kind, label, line);
    return self->host->owns(self, kind_name(kind), line, err);
}

int kind_freed(struct os_client *client, enum os_kind kind, const char *label,
               struct vmtp_error *err)
{
    struct vmtp_self *self = os_client_self(client);
    char line[LINE_MAX_LEN];

    line_make(client, kind, label, line);
    return self->host->freed(self, kind_name(kind), line, err);
}

static bool is_refusal(int r)
{
    return r == -EACCES || r == -EPERM || r == -EDQUOT || r == -EINVAL || r == -ENOENT ||
           r == -EBUSY;
}

int kind_asked(struct os_client *client, enum os_kind kind, const char *label, int r)
{
    if (is_refusal(r))
        kind_freed(client, kind, label, NULL);
    return r;
}
