#!/usr/bin/env python3
"""Shows that each check of check.py can fail: a mistake in a copy is found, and the tree itself has none."""

import pathlib
import sys

import check

# A file, what is put in the place of what, and what is found.
MISTAKES = [
    ("config/grafana/scepd.json", '"panels": [', '"panels": ', "no JSON"),
    ("config/grafana/scepd.json", "scepd_attempts_total", "scepd_tries_total", "no series scepd_tries_total"),
    ("config/grafana/scepd.json", "by (result)", "by (outcome)", "no label outcome"),
    ("config/grafana/scepd.json", "label_values(scepd_build_info", "label_values(scepd_info", "no series scepd_info"),
    ("config/grafana/scepd.json", '"id": 2', '"id": 1', "the same id"),
    ("config/prometheus/scepd.rules.yml", "x509_cert_not_before{", "x509_cert_notbefore{", "no series x509_cert_notb"),
    ("config/prometheus/scepd.rules.yml", 'role!="next"', 'rolle!="next"', "no label rolle"),
    ("config/prometheus/scepd.rules.yml", '"scepctl status {{', '"look at {{', "names no remedy"),
    ("config/prometheus/scepd.rules.yml", "summary:", "title:", "says too little"),
    ("daemon/scepd/scepd.8", "scepd_build_info", "scepd_info", "series scepd_info does not exist"),
    ("daemon/scepd/scepd.8", "scepd_build_info", "", "series scepd_build_info is missing"),
]


def main(source: pathlib.Path) -> int:
    known = check.families(source)
    missed = []
    for file, right, wrong, found in MISTAKES:
        text = (source / file).read_text()
        if right not in text:
            missed.append(f"{file}: there is no {right} to make a mistake of")
        findings = check.CHECKS[file](text.replace(right, wrong), known)
        if not any(found in finding for finding in findings):
            missed.append(f"{file}: not found: {wrong or 'nothing'} in the place of {right}")
    print("\n".join(missed), end="\n" if missed else "")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
