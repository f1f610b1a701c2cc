# SPDX-License-Identifier: Apache-2.0
# Many flows at the same moment: pairs of endpoints on one path, and a full mesh.
. tests/e2e/lib.sh

cat >"$dir/pairs.yaml" <<END
vmtp: 1
cloud: { fabric: { topology: cloud, rate: 100M } }
flows:
  - name: bulk
    path: [same-network, floating-ip]
    placement: inter-node
    pairs: [1, 3]
    tool: native
    duration: 500ms
    warmup: 300ms
    repeat: 3
  - { name: echo, path: same-network, placement: inter-node, pairs: 2, tool: { native: { measure: latency } }, duration: 300ms, repeat: 1 }
sinks: [ { json: { path: $dir/pairs.json } } ]
END
check "pairs run at the same moment" status 0 "$vmtp" run --no-progress "$dir/pairs.yaml"
check "each pair is a result" holds "$dir/pairs.json" \
    '[r["key"].split(",placement=inter-node,")[1] for r in d["results"]] == ["pairs=1,pair=1"] + ["pairs=3,pair=%d" % i for i in (1, 2, 3)] + ["pairs=1,pair=1"] + ["pairs=3,pair=%d" % i for i in (1, 2, 3)] + ["pairs=2,pair=1", "pairs=2,pair=2"]'
check "three pairs get together what one gets alone" holds "$dir/pairs.json" \
    'all(abs(one["metrics"]["goodput"]["value"] / three["metrics"]["goodput"]["value"] - 1) < 0.05 for one, three in zip(d["aggregates"][0:4:2], d["aggregates"][1:4:2]))'
check "the sum is that of its pairs" holds "$dir/pairs.json" \
    'all(abs(sum(r["metrics"]["goodput"]["trials"][0] for r in d["results"] if r["key"].startswith(a["key"] + ",")) / a["metrics"]["goodput"]["trials"][0] - 1) < 1e-9 for a in d["aggregates"][:4])'
check "fairness lies between one for all and all for one" holds "$dir/pairs.json" \
    'all(1 / a["pairs"] <= a["fairness"] <= 1 for a in d["aggregates"][:4])'
check "round trips of all pairs are one distribution" holds "$dir/pairs.json" \
    'd["aggregates"][4]["metrics"]["rtt"]["n"] == sum(r["metrics"]["rtt"]["n"] for r in d["results"][8:])'
check "the table has a line for all pairs together" says "together"

check "every endpoint to every other, at the same time" status 0 "$vmtp" run --no-progress examples/scenarios/mesh.yaml
result=$VMTP_STATE_DIR/runs/$(ls "$VMTP_STATE_DIR/runs" | tail -n 1)/result.json
check "all of them were measured" holds "$result" \
    'len(d["results"]) == 6 and all(r["status"] == "ok" for r in d["results"])'
check "and started together" holds "$result" \
    'len({r["trials"][0]["started"] for r in d["results"]}) == 1'
exit $failed
