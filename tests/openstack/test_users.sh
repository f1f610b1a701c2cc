# SPDX-License-Identifier: Apache-2.0
# A user without the administrator's rights; two runs at once.
. tests/openstack/lib.sh
remember
not_measured() { ! as_demo measure "$dir/none.json" "$@"; }

result="$dir/demo.json"
check "a user without an administrator's rights measures" as_demo measure "$result" --protocols TI
check "same, different and floating paths" holds "$result" \
    '{f["desc"].split(" (")[0] for f in d["flows"]} == {"VM to VM same network fixed IP", "VM to VM different network fixed IP", "VM to VM different network floating IP"}'
check "with figures" plausible "$result"
check "and leaves the cloud as it was" unchanged

sed 's/flavor_type: .*/flavor_type: nosuch/' "$dir/few.yaml" >"$dir/flavor.yaml"
check "a flavor that has to be made is refused, as the user may not" \
    not_measured -c "$dir/flavor.yaml" --protocols I
check "in words that name it" says nosuch
check "before anything is made" unchanged

"$vmtp" --no-env -r "$rc" -c "$dir/few.yaml" -t 1 --same-network-only --protocols I --json "$dir/other.json" \
    >"$dir/other.out" 2>"$dir/other.err" &
other=$!
check "of two runs at once one measures" measure "$dir/one.json" --same-network-only --protocols I
check "and so does the other" wait $other
check "with figures" plausible "$dir/one.json"
check "in both" plausible "$dir/other.json"
check "and nothing is left of either" unchanged
exit "$failed"
