"""Reports as those who read them take them apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from jsonschema import Draft4Validator
from prometheus_client.openmetrics.parser import text_string_to_metric_families

__all__ = ["Command", "commands", "issues", "junit", "metrics", "sarif"]

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text())
KNOWN = ("error", "warning", "notice", "debug", "add-mask", "stop-commands", "set-output", "group")
ESCAPES = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def commands(log):
    """Return the workflow commands in a job's log, as GitHub's runner finds them in its lines."""
    found = []
    for line in log.replace("\r", "\n").split("\n"):
        text = line.strip()
        end = text.find("::", 2)
        if not text.startswith("::") or end < 0:
            assert "##[" not in text  # the older form is looked for anywhere in such a line
            continue
        name, _, listed = text[2:end].partition(" ")
        if name in KNOWN:
            pairs = [pair.split("=", 1) for pair in listed.split(",") if pair]
            properties = {pair[0]: unescaped(pair[1], ESCAPES) for pair in pairs if len(pair) == 2}
            message = unescaped(text[end + 2 :], dict([*ESCAPES.items()][:2]))
            found.append(Command(name, properties, message))
    return found


def unescaped(text, escapes):
    for escape, character in escapes.items():
        text = text.replace(escape, character)
    return text.replace("%25", "%")


def issues(report):
    """Return the issues of a code quality report; each must have what GitLab wants of it."""
    found = json.loads(report)
    for issue in found:
        assert issue.keys() >= {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["path"]
        assert not issue["location"]["path"].startswith(("/", "./"))
        assert issue["location"]["lines"]["begin"] >= 1
    fingerprints = [issue["fingerprint"] for issue in found]
    assert len(set(fingerprints)) == len(fingerprints)
    return found


def junit(report):
    """Return the test cases by class and name, which must be unique; the sums must be right."""
    root = ET.fromstring(report)  # noqa: S314 (our own)
    (suite,) = root
    cases = suite.findall("testcase")
    for element in (root, suite):
        assert int(element.get("tests")) == len(cases)
        assert int(element.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(element.get("errors")) == len(suite.findall("testcase/error"))
    named = {(case.get("classname"), case.get("name")): case for case in cases}
    assert len(named) == len(cases)
    assert all(name and float(case.get("time")) >= 0 for (_, name), case in named.items())
    return named


def metrics(report):
    """Return what Prometheus's own parser finds: (name, labels) → value."""
    families = [*text_string_to_metric_families(report)]
    samples = [sample for family in families for sample in family.samples]
    found = {(one.name, frozenset(one.labels.items())): one.value for one in samples}
    assert len(found) == len(samples)
    return families, found


def sarif(report):
    """Return the run of a SARIF log, which must be what the standard's schema says."""
    log = json.loads(report)
    Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    prints = [result["partialFingerprints"]["profkitFinding/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    return run
