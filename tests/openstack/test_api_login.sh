# SPDX-License-Identifier: Apache-2.0
# All ways to prove who one is, and the ways in which that fails.  A login went well if the run gets as
# far as to the image, which is not there.
. tests/openstack/lib.sh
unset $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p')
remember
clear_up() { [ -z "${credential:-}" ] || as_demo cloud delete credential "${credential% *}"; }
. "$rc"
url=$OS_AUTH_URL password=$OS_PASSWORD
unset $(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p')

# with OPTIONS: writes a scenario whose image is not there and runs it.
with() {
    cat >"$dir/login.yaml" <<END_
vmtp: 1
cloud: { openstack: { image: nosuch, flavor: m1.tiny, $1 } }
flows: [ { name: tcp, path: same-network, tool: native, duration: 1s, repeat: 1 } ]
END_
    run login
}
enters() {
    with "$1"
    says nosuch || tail -n 3 "$dir/err" "$dir/out"
    says nosuch
}
refused() { # WORDS OPTIONS
    with "$2"
    says "$1" || tail -n 3 "$dir/err"
    says "$1"
}
one="region: RegionOne"
user="auth-url: $url, username: demo, password: { env: SECRET }"
domain='user-domain-name: Default'
export SECRET="$password"

check "a user and a project by name" enters "$one, $user, $domain, project-name: demo, project-domain-name: Default"
check "a user and a project by id" enters \
    "$one, auth-url: $url, user-id: $(cloud id user demo), password: { env: SECRET }, project-id: $(cloud id project demo)"
check "domains by id" enters "$one, $user, user-domain-id: default, project-name: demo, project-domain-id: default"
check "an openrc file" enters "rc: $rc"
check "the environment" env OS_AUTH_URL="$url" OS_USERNAME=demo OS_PASSWORD="$password" OS_PROJECT_NAME=demo \
    OS_REGION_NAME=RegionOne OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default sh -c '"$1" run --no-progress "$2" 2>&1 | grep -q nosuch' - "$vmtp" "$dir/login.yaml"
credential=$(as_demo cloud credential vmtp-test)
SECRET=${credential#* }
check "an application credential" enters \
    "$one, auth-url: $url, application-credential-id: ${credential% *}, application-credential-secret: { env: SECRET }"
check "an application credential by its name" enters \
    "$one, auth-url: $url, application-credential-name: vmtp-test, username: demo, $domain, application-credential-secret: { env: SECRET }"
SECRET=$(as_demo cloud token)
check "a token" enters "$one, auth-url: $url, token: { env: SECRET }, project-name: demo, project-domain-name: Default"
SECRET=$password

mkdir -p "$HOME/.config/openstack"
cat >"$HOME/.config/openstack/clouds.yaml" <<END
clouds:
  lab:
    region_name: RegionOne
    auth: { auth_url: "$url", username: demo, project_name: demo, user_domain_name: Default, project_domain_name: Default }
END
printf 'clouds: { lab: { auth: { password: "%s" } } }\n' "$password" >"$HOME/.config/openstack/secure.yaml"
check "clouds.yaml with its secure.yaml" enters "cloud: lab"
check "a cloud that clouds.yaml lacks is refused" refused "nosuch-cloud" "cloud: nosuch-cloud"

demo="$user, $domain, project-name: demo, project-domain-name: Default"
check "a region with HTTPS and its authority" enters "$demo, region: RegionTLS, cacert: $authority"
check "a region whose services share a port" enters "$demo, region: RegionPath, cacert: $authority"
check "a region without the authority is refused" refused "certificate" "$demo, region: RegionTLS"
check "unless certificates are not to be checked" enters "$demo, region: RegionTLS, insecure: true"
check "a region that is not there is refused" refused "nosuch-region" "$demo, region: nosuch-region"
check "keystone itself by HTTPS" enters \
    "$(echo "$demo" | sed 's|http://\([0-9.]*\):5000|https://\1:15000|'), region: RegionTLS, cacert: $authority"

SECRET=wrong-password
check "a wrong password is refused" refused "401" "$demo"
check "and not told to anybody" sh -c '! grep -r wrong-password "$1" "$2"' - "$dir/err" "$VMTP_STATE_DIR"
SECRET=$password
check "a project that is not there is refused" refused "nosuch" "$user, $domain, project-name: nosuch, project-domain-name: Default"
check "an address where nobody answers is refused" refused "127.0.0.1" \
    "auth-url: \"http://127.0.0.1:9/v3\", username: demo, password: { env: SECRET }, $domain, project-name: demo, project-domain-name: Default"
check "the password is in no file" sh -c '! grep -r -- "$1" "$2"' - "$password" "$VMTP_STATE_DIR"
check "nothing of all this changed the cloud" unchanged
exit "$failed"
