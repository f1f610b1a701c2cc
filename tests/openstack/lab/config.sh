# SPDX-License-Identifier: Apache-2.0
# Writes the configuration of all daemons from the patterns in lab/etc, where @NAME@ stands for what
# the functions here say.  Sourced.

database_url() { echo "mysql+pymysql://root@localhost/$1?unix_socket=$database_socket"; }

# How a service proves who it is: a section for keystonemiddleware or keystoneauth.
identity_section() { # SECTION USER
    cat <<EOF
[$1]
www_authenticate_uri = http://$address:5000/v3
auth_url = http://$address:5000/v3
auth_type = password
user_domain_name = Default
project_domain_name = Default
project_name = service
username = $2
password = $password
region_name = RegionOne
valid_interfaces = internal
EOF
}

# All run as root, so the helpers that gain rights need neither sudo nor rootwrap.
helper_sections() { # FILE SECTION...
    file=$1
    shift
    for section in "$@"; do
        printf '[%s]\nhelper_command = /usr/bin/privsep-helper --config-file %s\n' "$section" "$etc/$file"
    done
}

# render PATTERN FILE [NAME=VALUE...]
render() {
    pattern=$lab/etc/$1 file=$2
    shift 2
    edit="s|@ADDRESS@|$address|; s|@EXTERNAL_ADDRESS@|$external_address|; s|@PASSWORD@|$password|"
    edit="$edit; s|@VAR@|$var|g; s|@RUN@|$run|g"
    for pair in "$@"; do edit="$edit; s|@${pair%%=*}@|${pair#*=}|g"; done
    mkdir -p "$(dirname "$etc/$file")"
    sed "$edit" "$pattern" | while IFS= read -r line; do
        argument=${line#*\(} argument=${argument%)@}
        # shellcheck disable=SC2086
        case $line in
        *@DATABASE*) echo "connection = $(database_url "$argument")" ;;
        @IDENTITY*) identity_section $argument ;;
        @HELPERS*) helper_sections "$file" $argument ;;
        *) printf '%s\n' "$line" ;;
        esac
    done >"$etc/$file"
}

config_controller() {
    for name in mysql.cnf rabbitmq.conf keystone.conf placement.conf glance.conf nova.conf neutron.conf \
        ml2.conf bridges.conf router.conf dhcp.conf metadata.conf; do
        render "$name" "$name"
    done
    render openrc openrc USER=admin
    echo '[].' >"$etc/rabbitmq-plugins"
    mkdir -p "$var/glance/images" "$var/glance/tasks" "$var/glance/staging" "$var/glance/lock" \
        "$var/nova/lock" "$var/neutron/lock"
}

# config_host NAME NUMBER ADDRESS DRIVER SECONDS-TO-WAIT-FOR-PORTS
config_host() {
    for name in compute.conf agent.conf libvirtd.conf qemu.conf; do
        render "$name" "$1/$name" HOST="$1" HOST_NUMBER="$(printf %02d "$2")" HOST_ADDRESS="$3" DRIVER="$4" PLUGGING="$5"
    done
    mkdir -p "$var/$1/instances" "$var/$1/lock" "$var/$1/neutron/lock"
}
