/* SPDX-License-Identifier: Apache-2.0
 *
 * The options of openstack and provider, and the rules across them: see options.h.  Constant; pure.
 */
#include "options.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "../../common/ssh/spec.h"
#include "../../common/ssh/trust.h"
#include "credentials.h"

#define HOUR ((int64_t)3600 * 1000000000)

static const struct vmtp_choice vnics[] = {
    { "default", OS_VNIC_DEFAULT, "What the cloud makes of it" },
    { "normal", OS_VNIC_NORMAL, "A virtual switch" },
    { "direct", OS_VNIC_DIRECT, "A virtual function of the NIC (SR-IOV)" },
    { "macvtap", OS_VNIC_MACVTAP, "A virtual function behind macvtap" },
    { 0 },
};

static const struct vmtp_choice ipv6_modes[] = {
    { "off", OS_IPV6_OFF, "IPv4 alone" },
    { "slaac", OS_IPV6_SLAAC, "Addresses by router advertisement" },
    { "dhcpv6-stateful", OS_IPV6_STATEFUL, "Addresses by DHCPv6" },
    { "dhcpv6-stateless", OS_IPV6_STATELESS, "Addresses by advertisement, the rest by DHCPv6" },
    { 0 },
};

#define O           struct os_options
#define TEXT(f)     VMTP_OPT_STRING(O, f)
#define FILE_(f)    VMTP_OPT_PATH(O, f)
#define TEXTS(f)    VMTP_OPT_LIST(O, f, VMTP_STRING)
#define SECRET(f)   VMTP_OPT_STRING(O, f), .flags = VMTP_SECRET
#define WHILE(f, d) VMTP_OPT_DURATION(O, f), .def = d, .min = 1000000000, .max = HOUR

/* clang-format off */
const struct vmtp_option os_rows[OS_ROWS] = {
    /* provider's alone */
    { "network", "The network that is measured, by name or id; all machines are on it",
      TEXT(network), .flags = VMTP_REQUIRED },

    /* credentials */
    { "rc", "Credentials: an openrc file", FILE_(rc) },
    { "cloud", "Credentials: an entry of clouds.yaml; with neither, the environment's OS_* variables",
      TEXT(cloud) },
    { "auth-url", "Keystone's address; this and what follows go over rc, cloud and environment",
      TEXT(auth_url) },
    { "auth-type", "password, v3applicationcredential or token; by what is given", TEXT(auth_type) },
    { "identity-version", "2 or 3; else it is found out", TEXT(identity_version) },
    { "username", "Who logs in", TEXT(username) },
    { "user-id", "The same by id", TEXT(user_id) },
    { "user-domain-name", "The user's domain", TEXT(user_domain_name) },
    { "user-domain-id", "The same by id", TEXT(user_domain_id) },
    { "password", "Asked for where it is needed and not known", SECRET(password) },
    { "project-name", "The project in which everything is made", TEXT(project_name) },
    { "project-id", "The same by id", TEXT(project_id) },
    { "project-domain-name", "The project's domain", TEXT(project_domain_name) },
    { "project-domain-id", "The same by id", TEXT(project_domain_id) },
    { "application-credential-id", "Instead of user and password", TEXT(application_credential_id) },
    { "application-credential-name", "The same by name, with its user",
      TEXT(application_credential_name) },
    { "application-credential-secret", "Of the application credential",
      SECRET(application_credential_secret) },
    { "token", "Instead of user and password", SECRET(token) },
    { "system-scope", "all: a token of the whole system", TEXT(system_scope) },
    { "region", "Which region's services; else the only one's", TEXT(region) },
    { "interface", "public, internal or admin addresses of the services; else public",
      TEXT(interface) },
    { "cacert", "Certificates of authorities; else the system's", FILE_(cacert) },
    { "insecure", "Certificates are not checked", VMTP_OPT_BOOL(O, insecure), .def = "false" },
    { "api-timeout", "For one answer of a service", WHILE(api_timeout_ns, "3m") },
    { "boot-timeout", "Until all machines are active", WHILE(boot_timeout_ns, "5m") },
    { "ssh-timeout", "Until a machine that is active lets vmtp log in",
      WHILE(ssh_timeout_ns, "5m") },

    /* machines */
    { "image", "Of the machines, by name or id; with image-url, the name of what is uploaded",
      TEXT(image), .flags = VMTP_REQUIRED },
    { "image-url", "Where it is fetched from if there is none of that name: file:// or http(s)://",
      TEXT(image_url) },
    { "image-checksum", "Of what is fetched: sha256:HEX, sha512:HEX or md5:HEX",
      TEXT(image_checksum) },
    { "image-format", "qcow2, raw, vmdk, ...; else what the file's beginning says",
      TEXT(image_format) },
    { "image-properties", "That an uploaded image is given", VMTP_OPT_MAP(O, image_properties) },
    { "keep-image", "An uploaded image stays, under its plain name, for later runs",
      VMTP_OPT_BOOL(O, keep_image), .def = "false" },
    { "flavor", "By name or id; unless given, one is made, which takes an admin's rights",
      TEXT(flavor) },
    { "vcpus", "CPUs of the flavor that is made", VMTP_OPT_UINT(O, vcpus), .def = "1", .min = 1,
      .max = 1024 },
    { "ram", "Its memory in MiB", VMTP_OPT_UINT(O, ram_mib), .def = "2048", .min = 16,
      .max = 1 << 24 },
    { "disk", "Its disk in GiB; 0: as large as the image", VMTP_OPT_UINT(O, disk_gib), .def = "0",
      .max = 1 << 20 },
    { "ephemeral", "Its second disk in GiB", VMTP_OPT_UINT(O, ephemeral_gib), .def = "0",
      .max = 1 << 20 },
    { "extra-specs", "Its extra specs", VMTP_OPT_MAP(O, extra_specs) },
    { "user", "Who vmtp logs in as", TEXT(user), .def = "ubuntu" },
    { "key", "A private key to log in with; unless given, one is made and kept in memory alone",
      FILE_(key) },
    { "public-key", "Its public half; unless given, made from the private one",
      FILE_(public_key) },
    { "user-data", "A file that every machine gets, for cloud-init", FILE_(user_data) },
    { "config-drive", "Machines get their metadata from a drive",
      VMTP_OPT_BOOL(O, config_drive), .def = "false" },
    { "zone", "Availability zone of the machines", TEXT(zone) },
    { "hosts", "[ZONE:]HOST, the servers' first, the clients' of inter-node behind it",
      TEXTS(hosts) },
    { "dhcp", "Addresses by DHCP; no: written into the machines, where the cloud can",
      VMTP_OPT_BOOL(O, dhcp), .def = "true" },
    { "vnic", "Type of the ports", VMTP_OPT_ENUM(O, vnic, vnics), .def = "default" },
    { "security-groups", "Existing ones instead of one that is made", TEXTS(security_groups) },
    { "ssh-from", "Prefix from which logging in and pinging is let through; else from anywhere",
      TEXT(ssh_from) },

    /* names of what is made, with the run's id behind them */
    { "server-name", "What the names of servers begin with", TEXT(server_name),
      .def = "vmtp-server" },
    { "client-name", "Of clients", TEXT(client_name), .def = "vmtp-client" },
    { "keypair-name", "Of the key pair", TEXT(keypair_name), .def = "vmtp-key" },
    { "group-name", "Of the security group and the server groups", TEXT(group_name),
      .def = "vmtp-group" },
    { "flavor-name", "Of the flavor; one that is called just that is used", TEXT(flavor_name), .def = "vmtp-flavor" },

    /* others */
    { "external-host", "For path external: USER@HOST:PORT, which is there already",
      TEXT(external_host) },
    { "external-password", "Keys are tried first", SECRET(external_password) },
    { "external-key", "A private key for it", FILE_(external_key) },
    { "controller", "USER@HOST:PORT of a controller, to find out what the API does not say",
      TEXT(controller) },
    { "controller-password", "Keys are tried first", SECRET(controller_password) },
    { "physical-network", "Whose NIC is looked for on the controller", TEXT(physical_network) },
    { "known-hosts", "The keys of these two", FILE_(known_hosts), .def = "~/.ssh/known_hosts" },
    { "host-keys", "Which of these two are trusted", VMTP_OPT_ENUM(O, host_keys, ssh_trust_policies),
      .def = "strict" },
    { "verify-path", "Ping shows that each flow takes the path that it names",
      VMTP_OPT_BOOL(O, verify_path), .def = "true" },

    /* openstack's alone */
    { "external-network", "Where floating addresses come from, by name or id; else the only one",
      TEXT(external_network) },
    { "network", "An existing one, by name or id: all machines are on it, and none is made",
      TEXT(network) },
    { "router", "An existing one, by name or id; unless given, one is made; with router-name the same, "
                "it need not exist", TEXT(router) },
    { "floating", "Machines are reached by floating addresses; no: by their own",
      VMTP_OPT_BOOL(O, floating), .def = "true" },
    { "ipv6", "Whether networks have IPv6 too, and how addresses come about",
      VMTP_OPT_ENUM(O, ipv6, ipv6_modes), .def = "off" },
    { "cidr", "IPv4 prefixes of the two networks", TEXTS(cidr),
      .def = "[192.168.1.0/24, 192.168.2.0/24]" },
    { "cidr6", "IPv6 prefixes of the two networks", TEXTS(cidr6),
      .def = "[\"2001:45::/64\", \"2001:46::/64\"]" },
    { "dns", "Name servers of the networks", VMTP_OPT_LIST(O, dns, VMTP_ADDRESS) },
    { "mtu", "Of the networks; 0: the cloud's own", VMTP_OPT_UINT(O, mtu), .def = "0", .max = 65535 },
    { "router-name", "What the router's name begins with", TEXT(router_name), .def = "vmtp-router" },
    { "network-names", "Of the two networks", TEXTS(network_names), .def = "[vmtp-net, vmtp-net2]" },
    { "subnet-names", "Of their subnets", TEXTS(subnet_names),
      .def = "[vmtp-subnet, vmtp-subnet2]" },
    { "subnet6-names", "Of their IPv6 subnets", TEXTS(subnet6_names),
      .def = "[vmtp-subnet6, vmtp-subnet6-2]" },
};

const struct vmtp_option os_endpoint_rows[OS_ENDPOINT_ROWS] = {
    { "network", "Which of the two networks it is on", VMTP_OPT_UINT(struct os_endpoint_options, network),
      .def = "1", .min = 1, .max = 2 },
    { "host", "[ZONE:]HOST that it is on; else any", VMTP_OPT_STRING(struct os_endpoint_options, host) },
};
/* clang-format on */

/* ---- rules across them ---- */

struct prefix {
    int family;
    uint8_t address[16];
    unsigned long len;
};

static bool prefix_read(const char *text, struct prefix *ret)
{
    const char *slash = strchr(text, '/');
    char address[VMTP_ADDRESS_MAX], *end;

    if (!slash || slash[1] < '0' || slash[1] > '9' || (size_t)(slash - text) >= sizeof address)
        return false;
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    ret->family = strchr(address, ':') ? AF_INET6 : AF_INET;
    ret->len = strtoul(slash + 1, &end, 10);
    return !*end && ret->len <= (ret->family == AF_INET ? 32 : 128) &&
           inet_pton(ret->family, address, ret->address) == 1;
}

static bool prefixes_overlap(const struct prefix *a, const struct prefix *b)
{
    unsigned long len = a->len < b->len ? a->len : b->len;

    for (unsigned long bit = 0; bit < len; bit++)
        if ((a->address[bit / 8] ^ b->address[bit / 8]) & (0x80 >> bit % 8))
            return false;
    return true;
}

static const char *text_at(const struct vmtp_list *list, size_t i)
{
    return ((const char *const *)list->items)[i];
}

/* The prefixes of the two networks; provider has no such option. */
static int check_prefixes(const char *name, const struct vmtp_list *list, int family,
                          unsigned long longest, struct vmtp_error *err)
{
    struct prefix prefixes[2];

    if (list->count == 0)
        return 0;
    if (list->count != 2)
        return vmtp_fail(err, -EINVAL, "%s: there are two networks, so two prefixes are needed",
                         name);
    for (size_t i = 0; i < 2; i++)
        if (!prefix_read(text_at(list, i), &prefixes[i]) || prefixes[i].family != family ||
            prefixes[i].len > longest)
            return vmtp_fail(err, -EINVAL, "%s: '%.60s' is no %s prefix of at most %lu bits", name,
                             text_at(list, i), family == AF_INET ? "IPv4" : "IPv6", longest);
    if (prefixes_overlap(&prefixes[0], &prefixes[1]))
        return vmtp_fail(err, -EINVAL, "%s: %s and %s overlap, so no router can tell them apart",
                         name, text_at(list, 0), text_at(list, 1));
    return 0;
}

static int check_networks(const struct os_options *opt, struct vmtp_error *err)
{
    const struct {
        const char *name;
        const struct vmtp_list *list;
    } names[] = { { "network-names", &opt->network_names },
                  { "subnet-names", &opt->subnet_names },
                  { "subnet6-names", &opt->subnet6_names } };
    int r = check_prefixes("cidr", &opt->cidr, AF_INET, 28, err);

    if (r == 0)
        r = check_prefixes("cidr6", &opt->cidr6, AF_INET6, 64, err);
    for (size_t i = 0; r == 0 && i < sizeof names / sizeof *names; i++)
        if (names[i].list->count && names[i].list->count != 2)
            r = vmtp_fail(err, -EINVAL, "%s: there are two networks, so two names are needed",
                          names[i].name);
    if (r == 0 && opt->network && opt->router)
        r = vmtp_fail(err, -EINVAL,
                      "router with network: where a network is named no router is "
                      "used");
    if (r == 0 && !opt->dhcp && opt->ipv6)
        r = vmtp_fail(err, -EINVAL,
                      "ipv6 without dhcp: only IPv4 addresses can be written into "
                      "machines");
    return r;
}

static int check_host(const char *name, const char *host, struct vmtp_error *err)
{
    const char *colon = strchr(host, ':');

    if (!*host || strlen(host) > 200 || (colon && (colon == host || !colon[1])) ||
        (colon && strchr(colon + 1, ':')) || strpbrk(host, " \t,"))
        return vmtp_fail(err, -EINVAL, "%s: '%.60s' is not [ZONE:]HOST", name, host);
    return 0;
}

static int check_machines(const struct os_options *opt, struct vmtp_error *err)
{
    int r = 0;

    if (opt->image_checksum && !opt->image_url)
        return vmtp_fail(err, -EINVAL, "image-checksum without image-url: nothing is fetched");
    if (opt->public_key && !opt->key)
        return vmtp_fail(err, -EINVAL,
                         "public-key without key: vmtp could not log in without the private half");
    if (opt->zone && (!*opt->zone || strchr(opt->zone, ':')))
        return vmtp_fail(err, -EINVAL, "zone: '%.60s' is not a zone: hosts names hosts", opt->zone);
    for (size_t i = 0; r == 0 && i < opt->hosts.count; i++)
        r = check_host("hosts", text_at(&opt->hosts, i), err);
    return r;
}

static int check_login(const char *name, const char *login, const char *password,
                       struct vmtp_error *err)
{
    struct ssh_spec spec;

    if (!login && password)
        return vmtp_fail(err, -EINVAL, "a password of %s, which is not named", name);
    if (login && ssh_spec_parse(login, &spec, err) < 0)
        return vmtp_wrap(err, "%s", name);
    return 0;
}

static int check_others(const struct os_options *opt, struct vmtp_error *err)
{
    struct prefix prefix;
    int r = check_login("external-host", opt->external_host, opt->external_password, err);

    if (r == 0)
        r = check_login("controller", opt->controller, opt->controller_password, err);
    if (r == 0 && opt->ssh_from && !prefix_read(opt->ssh_from, &prefix))
        r = vmtp_fail(err, -EINVAL, "ssh-from: '%.60s' is no prefix such as 192.0.2.0/24",
                      opt->ssh_from);
    return r;
}

int os_options_check(const void *opt, struct vmtp_error *err)
{
    int r = check_machines(opt, err);

    if (r == 0)
        r = check_networks(opt, err);
    if (r == 0)
        r = check_others(opt, err);
    return r < 0 ? r : os_credentials_check(opt, err);
}

int os_endpoint_check(const void *opt, struct vmtp_error *err)
{
    const struct os_endpoint_options *endpoint = opt;

    return endpoint->host ? check_host("host", endpoint->host, err) : 0;
}
