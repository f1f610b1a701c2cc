# SPDX-License-Identifier: Apache-2.0
# VMTP's command line with OpenStack credentials, of a cloud that does not answer.
. tests/e2e/lib.sh
"$vmtp" plugins show openstack >/dev/null 2>&1 ||
    { skip "VMTP's command line with a cloud: the plugin openstack was not built"; exit 0; }
for name in $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
result="$dir/result.json"

rc() { printf 'export OS_AUTH_URL=http://127.0.0.1:1/v3\n%b' "$1" >"$dir/openrc"; }
user='export OS_USERNAME=u\nexport OS_PROJECT_NAME=p\nexport OS_PASSWORD=s3cr3t\n'
rc "$user"
check "VMs that can't be made are exit 1" status 1 "$vmtp" -r "$dir/openrc" --protocols TI --json "$result"
check "with an error in each entry of VMTP's six flows" holds "$result" \
    '[f["desc"][:10] for f in d["flows"]] == ["VM to VM s", "VM to VM d", "VM to VM d"] * 2 and all("error" in r for f in d["flows"] for r in f["results"])'
check "with --stop-on-error it is exit 2" status 2 "$vmtp" -r "$dir/openrc" --protocols I --stop-on-error
every() { "$vmtp" -r "$dir/openrc" --protocols TUIM --json "$result" "$@"; }
check "all flags of a cloud are options of openstack" status 1 every -p s3cr3t --external-host u@127.0.0.9:s3cr3t \
    --controller-node u@127.0.0.8:s3cr3t --hypervisor nova:a --hypervisor b --availability_zone nova --vnic-type normal \
    --no-dhcp --no-floatingip --use-config-drive --os-dataplane-network p --vm-image-url file:///i --delete-image-after-run
check "and the external host is measured both ways" holds "$result" \
    'd["flows"][-1]["desc"] == "External-VM" and [r.get("direction") for r in d["flows"][-1]["results"] if r["protocol"] == "TCP"] == [None, "reverse"]'
check "those of an existing network are options of provider" status 1 every --reuse_network_name n --no-dhcp \
    --vnic-type direct --use-config-drive --no-floatingip --inter-node-only --tp-tool iperf
"$vmtp" -sc >"$dir/all.yaml"
printf 'ipv6_mode: slaac\nrouter_name: r\nflavor_type: f\nflavor: { extra_specs: { "hw:cpu_policy": dedicated } }\next_net_name: e\ngeneric_retry_count: 100\nssh_retry_count: 100\n' >"$dir/other.yaml"
check "so are all variables, as they are" status 1 every -c "$dir/all.yaml"
check "and when they are changed" status 1 every -c "$dir/other.yaml" --keep-first-flow-and-exit
check "then the first flow is the only one" holds "$result" \
    '[f["desc"] for f in d["flows"]] == ["VM to VM same network fixed IP (intra-node)"]'
rc ''
check "incomplete credentials of -r are exit 2" status 2 "$vmtp" -r "$dir/openrc" --json "$dir/none.json"
check "and it is said what is missing where" grep -qxF "vmtp: OS_USERNAME or OS_USER_ID, OS_PROJECT_NAME or OS_PROJECT_ID missing in $dir/openrc" "$dir/err"
check "those of the environment are no error where there are hosts" status 1 \
    env OS_AUTH_URL=http://127.0.0.1:1 "$vmtp" --host ssh://root@127.0.0.1:1 --protocols I --json "$result"
check "but a warning, and only hosts are measured" says "OS_PROJECT_NAME or OS_PROJECT_ID missing in the environment: nothing is measured between VMs"
check "the flows are those of hosts" holds "$result" '[f["desc"] for f in d["flows"]] == ["Native intra-host"]'
rc 'export OS_USERNAME=u\nexport OS_PROJECT_NAME=p\n'
asked() { /usr/bin/python3 tests/e2e/prompt.py "OpenStack password of u" s3cr3t "$vmtp" "$@" >"$dir/asked"; }
check "a password is asked for where there is none" status 1 asked -r "$dir/openrc" --host ssh://root@127.0.0.1:1 --protocols I
events() { grep -o -e "OpenStack password" -e "WARNING cloud hosts" -e "WARNING cloud openstack" "$dir/asked" | cut -d ' ' -f 2- | tr '\n' ' '; }
check "once, before anything is measured" [ "$(events)" = "password cloud hosts cloud openstack " ]
check "without a terminal nothing is measured" status 2 setsid -w "$vmtp" -r "$dir/openrc" --host ssh://root@127.0.0.1:1 --protocols I
check "and it is said what to do" says "OpenStack password of u: there is no terminal to ask for it: write it behind -p"
check "without hosts there is nothing to measure" status 2 env OS_AUTH_URL=http://127.0.0.1:1 "$vmtp"
check "vmtp alone measures the environment's cloud" status 1 \
    env OS_AUTH_URL=http://127.0.0.1:1 OS_USERNAME=u OS_PROJECT_NAME=p OS_PASSWORD=s3cr3t "$vmtp"
check "and says that it could not" says "VM to VM same network fixed IP (intra-node)"
check "hosts and VMs stand in one document, a run each" status 1 \
    env OS_AUTH_URL=http://127.0.0.1:1 OS_USERNAME=u OS_PROJECT_NAME=p OS_PASSWORD=s3cr3t \
    "$vmtp" --host ssh://root@127.0.0.1:1 --protocols I --json "$result"
check "hosts first" holds "$result" \
    'len(d["flows"]) == 7 and d["flows"][0]["vmtp_run"] == d["vmtp_run"] != d["flows"][1]["vmtp_run"]'
check "--no-env leaves the cloud alone" status 2 \
    env OS_AUTH_URL=http://127.0.0.1:1 OS_USERNAME=u OS_PROJECT_NAME=p OS_PASSWORD=s3cr3t "$vmtp" --no-env
check "the password of the cloud is in no file" sh -c '! grep -r s3cr3t "$1"' - "$VMTP_STATE_DIR"
check "without a cloud, vmtp alone says how it is used" status 2 "$vmtp"
check "which is not VMTP's" says "vmtp [--plugin-path FOLDERS]"

# A cloud that answers as a script says: with these hypervisors, and a network it makes for nobody.
mkfifo "$dir/commands"
/usr/bin/python3 tests/fakes/cloud_server.py tests/data/openstack/*.json <"$dir/commands" >"$dir/answers" 2>"$dir/cloud.err" &
exec 3>"$dir/commands"
until_true 10 [ -s "$dir/answers" ] || { echo "FAIL the scripted cloud starts"; exit 1; }
url=$(sed -n 's/.*"port": \([0-9]*\).*/http:\/\/127.0.0.1:\1/p' "$dir/answers")
answer() { printf '{"method": "%s", "path": "%s", "status": %s, "body": %s}' "$@"; }
hypervisors() { # HOST up|down ...
    services=
    while [ $# -gt 0 ]; do
        services="$services${services:+, }{\"binary\": \"nova-compute\", \"host\": \"$1\", \"zone\": \"nova\", \"state\": \"$2\", \"status\": \"enabled\"}"
        shift 2
    done
    printf '{"script": [%s, %s, %s, %s, %s]}\n' "$(answer GET /compute/v2.1/os-services 200 "{\"services\": [$services]}")" \
        "$(answer GET '/image/v2/images?name=u' 200 '{"images": [{"id": "i1", "name": "u", "status": "active", "min_disk": 0, "min_ram": 0}]}')" \
        "$(answer GET '/network/v2.0/quotas/*' 200 '{"quota": {}}')" \
        "$(answer GET /network/v2.0/network-ip-availabilities 200 '{"network_ip_availabilities": [{"total_ips": 200, "used_ips": 0}]}')" \
        "$(answer POST /network/v2.0/networks 403 '{"NeutronError": {"type": "Not", "message": "none is made here"}}')" >&3
}
printf 'export OS_AUTH_URL=%s/identity/v3\n%b' "$url" "$user" >"$dir/openrc"
printf 'image_name: u\nflavor_type: m1.medium\n' >"$dir/u.yaml"
measure() { "$vmtp" -r "$dir/openrc" -c "$dir/u.yaml" --protocols I --json "$result"; }
hypervisors a up b up
check "a cloud of two hosts is measured within one and between two" status 1 measure
check "whose flows say what could not be made" holds "$result" \
    'len(d["flows"]) == 6 and all("none is made here" in f["results"][0]["error"] for f in d["flows"])'
hypervisors a up b down
check "a cloud of one host is measured within it" status 1 measure
check "which is said" says "others are down or disabled: measured within one host alone"
check "and what is between two is not asked for" holds "$result" '[f["desc"][-12:] for f in d["flows"]] == ["(intra-node)"] * 3'
hypervisors a down
check "without a hypervisor it is exit 5" status 5 measure
exec 3>&-
exit "$failed"
