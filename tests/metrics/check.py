#!/usr/bin/env python3
"""Holds what reads scepd's metrics against what scepd writes. Prints every finding and exits with 1 when there is one.

    check.py SOURCE     series and labels in the dashboard, the alerts and scepd(8) exist; the dashboard is whole
"""

import json
import pathlib
import re
import sys

FAMILY = re.compile(r'out\.family\(\s*"(\w+)"')
OURS = re.compile(r"\b(?:scepd|x509_cert)_\w+")
SERIES = re.compile(r"\b((?:scepd|x509_cert)_\w+)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(?:=~|!=|!~|=)\s*"')
GROUPING = re.compile(r"\b(?:by|without|on) \(([^)]*)\)")
LABELS = {"certificate", "state", "result", "role", "profile", "subject", "fingerprint", "version",
          "job", "instance"}  # the last two are Prometheus's own


def families(source: pathlib.Path) -> set[str]:
    return set(FAMILY.findall((source / "daemon/scepd/metrics.cpp").read_text()))


def texts(value: object) -> list[str]:
    """Every text in a JSON document."""
    if isinstance(value, dict):
        return [text for member in value.values() for text in texts(member)]
    if isinstance(value, list):
        return [text for member in value for text in texts(member)]
    return [value] if isinstance(value, str) else []


def wrong_expression(expression: str, known: set[str]) -> list[str]:
    findings = [f"no series {name}" for name in OURS.findall(expression) if name not in known]
    labels = [label for _, matchers in SERIES.findall(expression) for label in MATCHER.findall(matchers)]
    labels += [label.strip() for group in GROUPING.findall(expression) for label in group.split(",")]
    findings += [f"no label {label}" for label in labels if label not in LABELS]
    if expression.count("(") != expression.count(")") or expression.count("{") != expression.count("}"):
        findings.append("a bracket is missing")
    return [f"{finding} in: {' '.join(expression.split())}" for finding in findings]


def check_dashboard(text: str, known: set[str]) -> list[str]:
    try:
        dashboard = json.loads(text)
    except ValueError as error:
        return [f"no JSON: {error}"]
    panels = dashboard.get("panels", [])
    findings = [] if len(panels) >= 5 else ["fewer than 5 panels"]
    if len({panel["id"] for panel in panels}) != len(panels):
        findings.append("two panels have the same id")
    for panel in panels:
        expressions = [target["expr"] for target in panel["targets"]]
        if not any(OURS.search(expression) for expression in expressions):
            findings.append(f"panel {panel['title']} shows nothing of scepd")
        findings += [finding for expression in expressions for finding in wrong_expression(expression, known)]
    findings += [f"no series {name}" for text in texts(dashboard["templating"]) for name in OURS.findall(text)
                 if name not in known]
    return findings


def rules_in(text: str) -> dict[str, str]:
    """The alerts of a file with rules, each with its lines; promtool is who reads the file as YAML."""
    parts = re.split(r"^      - alert: (\w+)$", re.sub(r"(?m)^ *#.*\n", "", text), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


def check_rules(text: str, known: set[str]) -> list[str]:
    rules = rules_in(text)
    findings = [] if len(rules) >= 8 else ["fewer than 8 alerts"]
    for name, rule in rules.items():
        expression, _, rest = rule.partition("labels:")
        if not OURS.search(expression):
            findings.append(f"{name} looks at nothing of scepd")
        expression = re.sub(r"^\s*expr: \|?", "", re.sub(r"(?m)^        for: .*$", "", expression))
        findings += [f"{name}: {finding}" for finding in wrong_expression(expression, known)]
        if not all(word in rest for word in ("severity:", "summary:", "description:")):
            findings.append(f"{name} says too little")
        if not re.search(r"\"(scepctl|systemctl|timedatectl) ", rest):
            findings.append(f"{name} names no remedy")
    return findings


def check_manual(text: str, known: set[str]) -> list[str]:
    section = text.partition("\n.SH METRICS\n")[2].partition("\n.SH ")[0]
    shown = set(re.findall(r"^(?:T\{\n)?((?:scepd|x509_cert)_\w+)", section, re.MULTILINE))
    return ([f"series {name} is missing" for name in sorted(known - shown)] +
            [f"series {name} does not exist" for name in sorted(shown - known)])


CHECKS = {"config/grafana/scepd.json": check_dashboard, "config/prometheus/scepd.rules.yml": check_rules,
          "daemon/scepd/scepd.8": check_manual}


def main(words: list[str]) -> int:
    if len(words) != 1:
        sys.exit(__doc__)
    source = pathlib.Path(words[0])
    known = families(source)
    findings = [] if len(known) >= 10 else ["daemon/scepd/metrics.cpp: fewer than 10 series found"]
    for file, check in CHECKS.items():
        findings += [f"{file}: {finding}" for finding in check((source / file).read_text(), known)]
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
