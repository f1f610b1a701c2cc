# SPDX-License-Identifier: Apache-2.0
# Deployments that can't succeed: nobody answers at fake hypervisors, and other things that are not so.
. tests/openstack/lib.sh
remember
clear_up() {
    cloud quota admin
    [ -z "${servers:-}" ] || cloud delete server "$servers"
}
refused() { # NAME: exit status 3 or 2, and nothing is left
    run "$1"
    got=$?
    cat "$dir/err"
    case $got in 2 | 3) unchanged ;; *) return 1 ;; esac
}

scenario silent "ssh-timeout: 5s"
check "machines that never let anybody log in fail the deployment" refused silent
check "and the error says so" says "no login within 5 s"
check "and nothing is left of it" unchanged

scenario image "image: nosuch"
sed -i 's/image: guest, //' "$dir/image.yaml"
check "an image that is not there is refused" refused image
check "by its name" says "nosuch"
check "before anything was made" nothing_made

scenario host "hosts: [ nosuch ]"
check "a hypervisor that is not there is refused" refused host
check "by its own name" says "nosuch"

scenario zone "zone: nosuch"
check "a zone that is not there is refused" refused zone

scenario external "external-network: nosuch"
check "an external network that is not there is refused" refused external
check "and it is named" says "nosuch"

# Quotas are looked at before anything is made.
for limit in instances=1:instances cores=1:vCPU ram=200:memory key_pairs=0:key network=0:network router=0:router \
    port=1:port floatingip=0:floating security_group=1:security; do
    cloud quota admin "${limit%:*}"
    scenario short "ssh-timeout: 5s" "[same-network, different-network, floating-ip]"
    check "too low a quota, ${limit%:*}, is refused" refused short
    check "and the error names it (${limit%:*})" says "${limit#*:}"
    check "before anything was made (${limit%:*})" nothing_made
    cloud quota admin
done

"$vmtp" plan "$dir/short.yaml" >"$dir/out" 2>"$dir/err"
check "vmtp plan says how many servers it takes" grep -q "5 servers" "$dir/out"
check "how many networks" grep -q "2 networks" "$dir/out"
check "and asks the cloud nothing" unchanged
exit "$failed"
