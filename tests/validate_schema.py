#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Validate result documents against the published schema: validate_schema.py SCHEMA DOCUMENT...

Each document must be valid; and each of a list of small damages to it must make it invalid, so
that the schema is known to say something.  Needs python3-jsonschema."""
import copy
import json
import sys

from jsonschema import Draft202012Validator


def first_metric(document, kind):
    for result in document["results"]:
        for metric in result["metrics"].values():
            if metric.get("kind") == kind:
                return metric
    return None


def damage_metric(kind, change):
    def damage(document):
        metric = first_metric(document, kind)
        if metric is None:
            return False
        change(metric)
        return True
    return damage


def damage_result(change):
    def damage(document):
        if not document["results"]:
            return False
        change(document["results"][0])
        return True
    return damage


def damage_run(document):
    del document["run"]["id"]
    return True


def damage_top(document):
    document["extra"] = 1
    return True


def damage_schema(document):
    document["schema"] = "vmtp.result/2"
    return True


def damage_fitness(change):
    def damage(document):
        for endpoint in document["endpoints"].values():
            if endpoint and endpoint.get("fitness", {}).get("checks"):
                change(endpoint["fitness"])
                return True
        return False
    return damage


DAMAGES = {
    "another version": damage_schema,
    "a cloud without a name": lambda d: d["cloud"].pop("name", None) is not None,
    "a fact that is no text": lambda d: d["cloud"]["facts"].update(a=1) is None,
    "a sum without its pairs": lambda d: any(a.pop("pairs") for a in d["aggregates"][:1]),
    "a field that is not known": damage_top,
    "a run without id": damage_run,
    "a status that is not known": damage_result(lambda r: r.update(status="fine")),
    "a failure without error": damage_result(lambda r: (r.update(status="failed"),
                                                        r.pop("error", None))),
    "an error without failure": damage_result(lambda r: (r.update(status="ok", error="x"))),
    "options that are no text": damage_result(lambda r: r.update(options={"a": 1})),
    "a verdict that is not known": damage_result(lambda r: r.update(verdict="maybe")),
    "a gauge without unit": damage_metric("gauge", lambda m: m.pop("unit")),
    "a gauge without n": damage_metric("gauge", lambda m: m.pop("n")),
    "a gauge with neither interval nor reason": damage_metric(
        "gauge", lambda m: (m.pop("ci95", None), m.pop("no_ci95", None))),
    "an interval of one number": damage_metric("gauge", lambda m: m.update(ci95=[1])),
    "a value that is text": damage_metric("gauge", lambda m: m.update(value="12")),
    "a value that is null": damage_metric("gauge", lambda m: m.update(value=None)),
    "a bucket without count": damage_metric(
        "distribution", lambda m: m["histogram"].update(buckets=[[1]])),
    "a grade that is not known": damage_fitness(lambda f: f["uses"].update(storage="fine")),
    "a use that is not known": damage_fitness(lambda f: f["uses"].update(dinner="good")),
    "a check without a grade": damage_fitness(lambda f: f["checks"][0].pop("grade")),
    "a concern that is not known": damage_fitness(lambda f: f["checks"][0].update(concern="x")),
    "a bucket out of range": damage_metric(
        "distribution", lambda m: m["histogram"].update(buckets=[[7424, 1]])),
}


def main(damages=DAMAGES):
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    failed = False
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as file:
            document = json.load(file)
        for error in validator.iter_errors(document):
            print(f"{name}: {error.json_path}: {error.message[:200]}")
            failed = True
        for what, damage in damages.items():
            wrong = copy.deepcopy(document)
            if damage(wrong) and validator.is_valid(wrong):
                print(f"{name}: the schema does not refuse {what}")
                failed = True
    return 1 if failed or len(sys.argv) < 3 else 0


if __name__ == "__main__":
    sys.exit(main())
