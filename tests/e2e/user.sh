# SPDX-License-Identifier: Apache-2.0
# As a plain user: in a user namespace where the kernel allows it, and a good answer where not.
. tests/e2e/lib.sh
cat >"$dir/pair.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: cloud, rate: 100M } }
flows:
  - { name: bulk, path: [same-network, floating-ip], placement: inter-node, tool: native, duration: 300ms, repeat: 1 }
sinks: [ { json: { path: $dir/state/pair.json } } ]
END
mkdir -p "$dir/state" "$dir/build"
chmod 755 "$dir"
cp -r "$B/vmtp" "$B/vmtp-probe" "$B/plugins" "$dir/build" # the checkout may be where a user can't look
vmtp=$dir/build/vmtp
if [ "$(id -u)" -eq 0 ]; then
    chown nobody "$dir/state"
    user() { setpriv --reuid nobody --regid nogroup --clear-groups env HOME=/nonexistent "$@"; }
else
    user() { "$@"; }
fi
if user unshare -Urn true 2>/dev/null; then
    measure() { user "$vmtp" run --no-progress "$dir/pair.yaml"; }
    carried() { measure && holds "$dir/state/pair.json" 'all(abs(r["metrics"]["goodput"]["of_ceiling"] - 1) < 0.02 for r in d["results"])'; }
    check "a plain user measures in a user namespace" status 0 measure
    check "and gets what the link carries" once_or_twice carried
    check "where namespaces are forbidden it is exit 3" status 3 user unshare -Ur sh -c \
        'echo 0 >/proc/sys/user/max_net_namespaces; echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"' - \
        "$vmtp" run --no-progress "$dir/pair.yaml"
    check "and says what can be done instead" says "cloud local"
else
    skip "a plain user measures in a user namespace: this kernel does not allow it"
fi
exit $failed
