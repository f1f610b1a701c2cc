# SPDX-License-Identifier: Apache-2.0
# For tests of tools: a scenario in a line or two, and what came out of it.

scenario() { # NAME CLOUD FLOWS: one line for each flow
    cat >"$dir/$1.yaml" <<END
vmtp: 1
cloud: $2
flows:
$3
sinks: [ { json: { path: $dir/$1.json } } ]
END
}
result() { # NAME EXPRESSION-OF-r, each result
    holds "$dir/$1.json" "all($2 for r in d['results'])"
}
result_figures() { # the same of figures, which get a second try
    figures "$1" "all($2 for r in d['results'])"
}
