# SPDX-License-Identifier: Apache-2.0
# The databases of all services.  To make them takes twenty seconds, so each lab starts with a copy of
# what tables.sh made, until a package or that file changes.  Sourced.
database_cache=$VMTP_LAB/cache/tables

database_answers() { mariadb-admin -uroot -S "$database_socket" ping; }

database_run() {
    daemon mariadb mariadbd --defaults-file="$etc/mysql.cnf"
    ready mariadb 120 database_answers
}

# What the tables depend on.
database_origin() {
    dpkg-query -W -f='${Package} ${Version}\n' mariadb-server keystone glance-api placement-api nova-api neutron-server
    cat "$lab/tables.sh"
}

database_start() {
    if [ -d "$var/database" ]; then
        :
    elif database_origin | cmp -s - "$database_cache/origin"; then
        cp -a "$database_cache/database" "$database_cache/keys" "$var/"
    elif ! sh "$lab/tables.sh" >"$log/tables.log" 2>&1; then
        tail -n 20 "$log/tables.log" >&2
        fail "the databases can't be made"
    fi
    database_run
}
