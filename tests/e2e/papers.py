#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes odd result documents out of good ones: papers.py FOLDER DOCUMENT...

hostile-N.json: names that want out of the page, and too long or right-to-left ones; odd-N.json: figures
that are missing, 0, negative or huge; empty.json: a run that measured nothing; many-N.json: fifty runs."""
import copy
import itertools
import json
import pathlib
import sys

NAMES = [
    "</script><script>document.title='out'</script>", "<img src=x onerror=\"console.log('out')\">",
    "]]>--><style>*{display:none}</style>", "\"' onmouseover='console.log(1)' x=\"", "&amp;&lt;&#0;",
    "n" * 500, "نقطة النهاية ١٢٣", "\u202eevil\u202c", "名前" * 60, "a\x07\x1b[31m", "\ufffd\ud7ff\U0010ffff",
    "%s%n%d", " ", "http://example.invalid/x.png", "line\nline\r\n\tline", "a" * 100000,
]
FIGURES = [0, -1, 1e300, -1e300, 5e-324, 1e18, None, "text", [], {}, True]
FREE = {"name", "flow", "path", "placement", "from", "to", "text", "error", "reason", "subject", "key", "tool", "proof"}


def hostile(node, names):
    """The same with other names."""
    if isinstance(node, list):
        return [next(names) if isinstance(one, str) else hostile(one, names) for one in node]
    if not isinstance(node, dict):
        return node
    for name, value in list(node.items()):
        if name in FREE and isinstance(value, str):
            node[name] = next(names)
        elif name in ("labels", "options", "facts"):
            node[name] = {next(names): next(names) for _ in value}
        elif name == "endpoints":
            node[name] = {next(names): hostile(one, names) for one in value.values()}
        elif name == "metrics":
            node[name] = {**{next(names)[:400]: dict(one) for one in value.values()}, **hostile(value, names)}
        else:
            node[name] = hostile(value, names)
    return node


def odd(node, figures):
    """The same with other figures."""
    if isinstance(node, list):
        return [odd(one, figures) for one in node]
    if isinstance(node, dict):
        return {name: odd(value, figures) for name, value in node.items()}
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        return next(figures)
    return node


def run_again(document, number):
    """The run after that: its gauges and their intervals have moved."""
    again = copy.deepcopy(document)
    again["run"]["id"] = f"run-{number}"
    for result in again["results"] + again.get("aggregates", []):
        for metric in result["metrics"].values():
            for name in ("value", "trials", "ci95"):
                value = metric.get(name)
                factor = 1 + (number * 37 % 11 - 5) / 100
                if isinstance(value, list):
                    metric[name] = [one * factor for one in value]
                elif isinstance(value, (int, float)):
                    metric[name] = value * factor
    return again


def main(folder, *files):
    folder = pathlib.Path(folder)

    def keep(name, document):
        (folder / f"{name}.json").write_text(json.dumps(document))

    for number, file in enumerate(files):
        document = json.loads(pathlib.Path(file).read_text())
        keep(f"hostile-{number}", hostile(copy.deepcopy(document), itertools.cycle(NAMES)))
        figures = itertools.cycle(FIGURES[number:] + FIGURES[:number])
        keep(f"odd-{number}", odd(copy.deepcopy(document), figures))
        if number == 0:
            for again in range(50):
                keep(f"many-{again}", run_again(document, again))
            keep("empty", {**document, "results": [], "aggregates": [], "thresholds": [], "events": []})


if __name__ == "__main__":
    main(*sys.argv[1:])
