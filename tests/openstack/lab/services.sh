# SPDX-License-Identifier: Apache-2.0
# The services of the controller and their agents.  Sourced.

wsgi() { # NAME PORT FILE
    daemon "$1" uwsgi_python3 --http-socket "$address:$2" --wsgi-file "$3" --master --processes 1 \
        --threads 4 --enable-threads --buffer-size 65535 --die-on-term --lazy-apps \
        --add-header "Connection: close"
}

identity_start() {
    OS_KEYSTONE_CONFIG_FILES=$etc/keystone.conf
    export OS_KEYSTONE_CONFIG_FILES
    wsgi keystone 5000 /usr/bin/keystone-wsgi-public
    ready keystone 240 answers "http://$address:5000/v3"
    in_cloud /usr/bin/python3 "$lab/seed.py" services
}

# All at once: each takes seconds of Python imports.
services_start() {
    mkdir -p "$etc/placement"
    cp "$etc/placement.conf" "$etc/placement/placement.conf"
    OS_PLACEMENT_CONFIG_DIR=$etc/placement
    export OS_PLACEMENT_CONFIG_DIR
    wsgi placement 8778 /usr/bin/placement-api
    daemon glance glance-api --config-file "$etc/glance.conf"
    daemon neutron-server neutron-server --config-file "$etc/neutron.conf" --config-file "$etc/ml2.conf"
    for name in nova-api nova-conductor nova-scheduler; do
        daemon "$name" "$name" --config-file "$etc/nova.conf"
    done
    ready placement 240 answers "http://$address:8778/"
    ready glance 240 answers "http://$address:9292/versions"
    ready neutron-server 120 answers "http://$address:9696/"
    ready nova-api 120 answers "http://$address:8774/"
}

agents_start() {
    daemon bridge-agent neutron-linuxbridge-agent --config-file "$etc/neutron.conf" \
        --config-file "$etc/ml2.conf" --config-file "$etc/bridges.conf"
    for name in l3:router dhcp:dhcp metadata:metadata; do
        daemon "${name%:*}-agent" "neutron-${name%:*}-agent" --config-file "$etc/neutron.conf" \
            --config-file "$etc/${name#*:}.conf"
    done
}
