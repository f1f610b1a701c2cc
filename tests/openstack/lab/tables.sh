# SPDX-License-Identifier: Apache-2.0
# Makes the databases of all services, with nothing in them but their tables and the administrator, and
# puts a copy into the cache; database.sh runs it.
. "$(dirname "$0")/common.sh"
. "$lab/config.sh"
. "$lab/database.sh"
set -e

keys_make() {
    mkdir -p "$var/keys"
    for kind in fernet credential; do
        keystone-manage --config-file "$etc/keystone.conf" "${kind}_setup" --keystone-user root --keystone-group root
    done
}

tables_make() {
    keystone-manage --config-file "$etc/keystone.conf" db_sync
    glance-manage --config-file "$etc/glance.conf" db_sync
    placement-manage --config-file "$etc/placement.conf" db sync
    nova-manage --config-file "$etc/nova.conf" api_db sync
    nova-manage --config-file "$etc/nova.conf" cell_v2 map_cell0 --database_connection "$(database_url nova_cell0)"
    nova-manage --config-file "$etc/nova.conf" db sync
    nova-manage --config-file "$etc/nova.conf" cell_v2 create_cell --name=cell1
    neutron-db-manage --config-file "$etc/neutron.conf" --config-file "$etc/ml2.conf" upgrade heads
}

administrator_make() {
    url=http://$address:5000/v3
    OS_BOOTSTRAP_PASSWORD=$password keystone-manage --config-file "$etc/keystone.conf" bootstrap \
        --bootstrap-username admin --bootstrap-project-name admin --bootstrap-role-name admin \
        --bootstrap-service-name keystone --bootstrap-region-id RegionOne \
        --bootstrap-admin-url "$url" --bootstrap-internal-url "$url" --bootstrap-public-url "$url"
}

rm -rf "$database_cache"
mkdir -p "$var/database"
mariadb-install-db --no-defaults --user=root --datadir="$var/database" \
    --auth-root-authentication-method=normal --skip-test-db
database_run
for name in keystone glance placement nova_api nova nova_cell0 neutron; do echo "create database $name;"; done |
    mariadb -uroot -S "$database_socket"
keys_make
tables_make
administrator_make
mariadb-admin -uroot -S "$database_socket" shutdown
until_true 30 not alive mariadb
mkdir -p "$database_cache"
cp -a "$var/database" "$var/keys" "$database_cache/"
database_origin >"$database_cache/origin"
