# SPDX-License-Identifier: Apache-2.0
# HTTPS in front of the APIs, in two regions of their own: RegionTLS has each API on a port, RegionPath
# has all of them on one port by path.  The certificate's issuer is etc/tls/ca.crt.  Sourced.
api_ports='identity:5000 image:9292 compute:8774 networking:9696'

certificate_make() {
    mkdir -p "$etc/tls" && cd "$etc/tls" &&
        openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=vmtp lab" -keyout ca.key -out ca.crt \
            -addext basicConstraints=critical,CA:TRUE &&
        openssl req -newkey rsa:2048 -nodes -subj "/CN=$address" -keyout server.key -out server.csr &&
        printf 'subjectAltName=IP:%s\nbasicConstraints=CA:FALSE\n' "$address" >extensions &&
        openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \
            -extfile extensions -out server.crt &&
        cat server.crt server.key >server.pem
}

haproxy_listen() { # KIND NAME PORT
    printf '%s %s\n    bind %s:%s ssl crt %s\n' "$1" "$2" "$address" "$3" "$etc/tls/server.pem"
    echo '    http-request set-header X-Forwarded-Proto https'
}

haproxy_config() {
    cat "$lab/etc/haproxy.conf"
    for api in $api_ports; do
        port=${api##*:}
        haproxy_listen listen "port-$port" $((port + 10000))
        echo "    server api $address:$port"
    done
    haproxy_listen frontend paths 8443
    for path in $api_ports; do
        printf '    use_backend path-%s if { path_beg /%s }\n' "${path%%:*}" "${path%%:*}"
    done
    for api in $api_ports; do
        path=${api%%:*}
        printf 'backend path-%s\n    http-request set-header X-Forwarded-Prefix /%s\n' "$path" "$path"
        printf '    http-request replace-path /%s(/)?(.*) /\\2\n    server api %s:%s\n' "$path" "$address" "${api##*:}"
    done
}

tls_start() {
    [ -f "$etc/tls/server.pem" ] || (certificate_make) >"$log/certificate.log" 2>&1 ||
        fail "no certificate: $(cat "$log/certificate.log")"
    haproxy_config >"$etc/haproxy.conf"
    daemon haproxy haproxy -db -f "$etc/haproxy.conf"
    ready haproxy 120 answers "https://$address:15000/"
}
