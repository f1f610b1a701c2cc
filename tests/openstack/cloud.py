#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Looks at an OpenStack by plain REST, in a tenth of a second where the openstack command takes one.

Credentials are the password ones of the environment (OS_*).

    cloud.py snapshot               every resource of all projects, a line each, sorted
    cloud.py names KIND             the names of its kind: server, network, image, ...
    cloud.py quota PROJECT NAME=N   sets quotas; without NAME=N, those that the lab begins with
    cloud.py id project|user NAME
    cloud.py token                  a token for the project
    cloud.py credential NAME        makes an application credential, prints "ID SECRET"
    cloud.py delete KIND ID
"""
import os
import sys

import requests

# kind: service, path, key in the answer, the word that names one of it
KINDS = {
    "server": ("compute", "/servers/detail?all_tenants=1", "servers", "name"),
    "keypair": ("compute", "/os-keypairs", "keypairs", "name"),
    "flavor": ("compute", "/flavors/detail?is_public=None", "flavors", "name"),
    "server-group": ("compute", "/os-server-groups?all_projects=1", "server_groups", "name"),
    "aggregate": ("compute", "/os-aggregates", "aggregates", "name"),
    "image": ("image", "/v2/images", "images", "name"),
    "network": ("network", "/v2.0/networks", "networks", "name"),
    "subnet": ("network", "/v2.0/subnets", "subnets", "name"),
    "router": ("network", "/v2.0/routers", "routers", "name"),
    "port": ("network", "/v2.0/ports", "ports", "name"),
    "floating-ip": ("network", "/v2.0/floatingips", "floatingips", "floating_ip_address"),
    "security-group": ("network", "/v2.0/security-groups", "security_groups", "name"),
    "rule": ("network", "/v2.0/security-group-rules", "security_group_rules", "direction"),
}
DEFAULTS = {
    "compute": {"instances": 10, "cores": 20, "ram": 51200, "key_pairs": 100, "server_groups": 10},
    "network": {"network": 100, "subnet": 100, "router": 50, "port": 500, "floatingip": 100,
                "security_group": 50, "security_group_rule": 100},
}


class Cloud:
    """One user in one project."""

    def __init__(self, environment=os.environ):
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"Connection": "close", "OpenStack-API-Version": "compute 2.10"})
        self.identity = environment["OS_AUTH_URL"]
        domain = {"name": environment.get("OS_USER_DOMAIN_NAME", "Default")}
        user = {"name": environment["OS_USERNAME"], "domain": domain, "password": environment["OS_PASSWORD"]}
        project = {"name": environment["OS_PROJECT_NAME"], "domain": domain}
        answer = self.request("POST", self.identity + "/auth/tokens", {"auth": {
            "identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": project}}})
        self.session.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]
        self.token = answer.json()["token"]
        self.catalog = {}
        for service in self.token.get("catalog", []):
            for endpoint in service["endpoints"]:
                if (endpoint["interface"], endpoint["region_id"]) == ("public", "RegionOne"):
                    self.catalog[service["type"]] = endpoint["url"]

    def request(self, method, url, body=None, **more):
        answer = self.session.request(method, url, json=body, **more)
        if not answer.ok:
            raise SystemExit(f"{method} {url}: {answer.status_code} {answer.text[:400]}")
        return answer

    def call(self, method, service, path, body=None):
        base = self.identity if service == "identity" else self.catalog[service]
        answer = self.request(method, base + path, body)
        return answer.json() if answer.content else {}

    def list(self, kind):
        """A key pair belongs to a user; a port for DHCP, to a network that had a machine once."""
        service, path, key, _ = KINDS[kind]
        if kind == "keypair":
            users = self.call("GET", "identity", "/users")["users"]
            return [one for user in users for one in self.pages(service, f"{path}?user_id={user['id']}", key)]
        return [one for one in self.pages(service, path, key) if one.get("device_owner") != "network:dhcp"]

    def pages(self, service, path, key):
        found = []
        while path:
            page = self.call("GET", service, path)
            found += [one.get("keypair", one) for one in page[key]]
            path = self.next_page(service, key, page)
        return found

    def next_page(self, service, key, page):
        links = [link["href"] for link in page.get(key + "_links", []) if link["rel"] == "next"]
        if page.get("next"):
            return page["next"]
        return links[0].removeprefix(self.catalog[service]) if links else None

    def names(self, kind):
        return [one[KINDS[kind][3]] for one in self.list(kind)]

    def id_of(self, kind, name):
        for one in self.call("GET", "identity", f"/{kind}s?name={name}")[kind + "s"]:
            return one["id"]
        raise SystemExit(f"no {kind} is called {name}")


def snapshot(cloud):
    lines = []
    for kind, (_, _, _, word) in KINDS.items():
        for one in cloud.list(kind):
            lines.append(" ".join(str(part) for part in (kind, one.get("id", "-"), one[word])))
    for line in sorted(lines):
        print(line)


def quota(cloud, project, *limits):
    project = cloud.id_of("project", project)
    wanted = {name: int(value) for name, value in (limit.split("=") for limit in limits)}
    compute = {name: value for name, value in wanted.items() if name in DEFAULTS["compute"]}
    network = {name: value for name, value in wanted.items() if name in DEFAULTS["network"]}
    for service, path, key, values in (("compute", f"/os-quota-sets/{project}", "quota_set", compute),
                                       ("network", f"/v2.0/quotas/{project}", "quota", network)):
        if values or not limits:
            cloud.call("PUT", service, path, {key: values or DEFAULTS[service]})


def credential(cloud, name):
    user = cloud.token["user"]["id"]
    made = cloud.call("POST", "identity", f"/users/{user}/application_credentials",
                      {"application_credential": {"name": name}})["application_credential"]
    print(made["id"], made["secret"])


def delete(cloud, kind, ident):
    if kind == "credential":
        cloud.call("DELETE", "identity", f"/users/{cloud.token['user']['id']}/application_credentials/{ident}")
        return
    service, path, _, _ = KINDS[kind]
    path = path.split("?")[0].removesuffix("/detail")
    cloud.call("DELETE", service, f"{path}/{ident}")


def main(command, *arguments):
    cloud = Cloud()
    if command == "snapshot":
        snapshot(cloud)
    elif command == "names":
        print("\n".join(sorted(cloud.names(arguments[0]))))
    elif command == "id":
        print(cloud.id_of(*arguments))
    elif command == "token":
        print(cloud.session.headers["X-Auth-Token"])
    elif command in ("quota", "credential", "delete"):
        globals()[command](cloud, *arguments)
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
