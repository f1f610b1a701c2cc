#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Puts into an empty cloud what the lab has; what is there already stays.

    seed.py services        users, projects, roles, services and endpoints
    seed.py cloud IMAGE     the networks that this machine is on, flavors and the guest's image
    seed.py ready N LEVEL   succeeds once N hypervisors, and with LEVEL full their agents, are alive
"""
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from cloud import Cloud

ADDRESS = os.environ["OS_AUTH_URL"].split("//")[1].split(":")[0]
# name: type, port, path, path where all are on one port
SERVICES = {
    "keystone": ("identity", 5000, "/v3", "/identity/v3"),
    "glance": ("image", 9292, "", "/image"),
    "placement": ("placement", 8778, "", None),
    "nova": ("compute", 8774, "/v2.1", "/compute/v2.1"),
    "neutron": ("network", 9696, "", "/networking"),
}
NETWORKS = (("public", "172.24.4", True), ("provider", "172.24.5", False))
FLAVORS = (("m1.tiny", 192, 1, 1), ("m1.small", 512, 1, 1), ("m1.medium", 1024, 2, 2))


class Identity:
    """Finds things by name, or makes them."""

    def __init__(self, cloud):
        self.cloud = cloud

    def have(self, kind, name, **more):
        for one in self.cloud.call("GET", "identity", f"/{kind}s?name={name}")[kind + "s"]:
            return one["id"]
        return self.cloud.call("POST", "identity", f"/{kind}s", {kind: {"name": name, **more}})[kind]["id"]

    def user(self, name, project, roles):
        project = self.have("project", project, domain_id="default")
        user = self.have("user", name, domain_id="default", password=os.environ["OS_PASSWORD"])
        for role in roles:
            self.cloud.call("PUT", "identity", f"/projects/{project}/users/{user}/roles/{self.have('role', role)}")


def endpoints(name):
    """(region, interface, URL) of a service."""
    _, port, path, prefix = SERVICES[name]
    for interface in ("public", "internal", "admin"):
        yield "RegionOne", interface, f"http://{ADDRESS}:{port}{path}"
    if prefix:
        yield "RegionTLS", "public", f"https://{ADDRESS}:{port + 10000}{path}"
        yield "RegionPath", "public", f"https://{ADDRESS}:8443{prefix}"


def services(cloud):
    identity = Identity(cloud)
    for name in ("glance", "placement", "nova", "neutron"):
        identity.user(name, "service", ("admin", "service"))
    identity.user("demo", "demo", ("member",))
    regions = {one["id"] for one in cloud.call("GET", "identity", "/regions")["regions"]}
    for region in {"RegionTLS", "RegionPath"} - regions:
        cloud.call("POST", "identity", "/regions", {"region": {"id": region}})
    have = {(one["service_id"], one["region_id"], one["interface"])
            for one in cloud.call("GET", "identity", "/endpoints")["endpoints"]}
    for name, (kind, *_) in SERVICES.items():
        service = identity.have("service", name, type=kind)
        for region, interface, url in endpoints(name):
            if (service, region, interface) not in have:
                cloud.call("POST", "identity", "/endpoints", {"endpoint": {
                    "service_id": service, "region_id": region, "interface": interface, "url": url}})


def flat_network(cloud, name, prefix, external):
    """A network that this machine is on; addresses of an external one are given by routers alone."""
    network = cloud.call("POST", "network", "/v2.0/networks", {"network": {
        "name": name, "router:external": external, "shared": True,
        "provider:network_type": "flat", "provider:physical_network": name}})["network"]["id"]
    cloud.call("POST", "network", "/v2.0/subnets", {"subnet": {
        "network_id": network, "name": name + "-subnet", "ip_version": 4, "cidr": prefix + ".0/24",
        "gateway_ip": prefix + ".1", "enable_dhcp": not external,
        "allocation_pools": [{"start": prefix + ".10", "end": prefix + ".250"}]}})


def image(cloud, path):
    made = cloud.call("POST", "image", "/v2/images", {
        "name": "guest", "disk_format": "qcow2", "container_format": "bare", "visibility": "public"})
    with open(path, "rb") as file:
        cloud.request("PUT", f"{cloud.catalog['image']}/v2/images/{made['id']}/file", data=file,
                      headers={"Content-Type": "application/octet-stream"})


def cloud_fill(cloud, path):
    networks = cloud.names("network")
    for name, prefix, external in NETWORKS:
        if name not in networks:
            flat_network(cloud, name, prefix, external)
    have = cloud.names("flavor")
    for name, ram, cpus, disk in FLAVORS:
        if name not in have:
            cloud.call("POST", "compute", "/flavors", {
                "flavor": {"name": name, "ram": ram, "vcpus": cpus, "disk": disk}})
    if "guest" not in cloud.names("image"):
        image(cloud, path)
    # A project's default security group is made when it is first asked for.
    for user, project in (("admin", "admin"), ("demo", "demo"), ("nova", "service")):
        Cloud({**os.environ, "OS_USERNAME": user, "OS_PROJECT_NAME": project}).names("security-group")


def ready(cloud, wanted, level):
    hypervisors = cloud.call("GET", "compute", "/os-hypervisors")["hypervisors"]
    agents = cloud.call("GET", "network", "/v2.0/agents")["agents"]
    alive = sum(one["state"] == "up" for one in hypervisors)
    # each hypervisor has a bridge agent; the controller has four
    agents_wanted = int(wanted) + (4 if level == "full" else 0)
    if alive < int(wanted) or sum(one["alive"] for one in agents) < agents_wanted:
        raise SystemExit(1)


def main(command, *arguments):
    {"services": services, "cloud": cloud_fill, "ready": ready}[command](Cloud(), *arguments)


main(*sys.argv[1:])
