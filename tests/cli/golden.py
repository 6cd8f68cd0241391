#!/usr/bin/env python3
"""Compares what every verb of scepctl prints with what is stored, and with the JSON Schema.

    golden.py BIN             a unified diff for each output that is another one; exits with 1 when there is one
    golden.py BIN --update    writes the stored outputs anew: look at them before they are committed
    --only CASE               this one alone
    --expected DIR            stored outputs that lie elsewhere
"""

import argparse
import difflib
import json
import pathlib
import shlex
import signal
import sys
import xml.etree.ElementTree

import jsonschema

import terminal
from cases import VERBS, Case, all_cases
from normal import normal
from stage import HERE, Stage

SCHEMA = HERE.parent.parent / "daemon/ctl/scepctl.schema.json"
MODES = ("terminal", "pipe")

WHOLE = "fingerprints, URLs and paths are there to be copied"

# Cases with lines that do not fit a terminal, and why. Whoever makes one fit takes it out.
WIDE = {
    "metrics": "it is a format for programs",
    "probe": "a line to paste into a profile",
    "mistakes": "FILE:LINE:COLUMN: as compilers write it",
    **dict.fromkeys(["show", "profiles", "plan"], WHOLE),
    **dict.fromkeys(["no-bus", "status-check"], "--check: monitoring systems read one line"),
    "request-wait": "daemon/ctl/waiting.cpp: what is settled is one line",
    "doctor": "daemon/ctl/report_text.cpp and doctor.cpp: what is well does not wrap",
    "trace": "daemon/ctl/waiting.cpp: tellTrace does not wrap",
    "monitor": "daemon/ctl/monitor.cpp: printEvent does not wrap",
}


def difference(file: str, stored: str, now: str) -> list[str]:
    lines = difflib.unified_diff(stored.splitlines(), now.splitlines(), f"stored/{file}", f"now/{file}", lineterm="")
    return list(filter(None, ["\n".join(lines)]))


def faults(schema: dict, verb: str, document: str) -> list[str]:
    """What is wrong with a JSON document by the definition of its verb."""
    try:
        definition = {"$ref": f"#/$defs/{verb}", "$defs": schema["$defs"]}
        return [str(fault) for fault in jsonschema.Draft202012Validator(definition).iter_errors(json.loads(document))]
    except ValueError as error:
        return [str(error)]


class Golden:
    def __init__(self, stage: Stage, expected: pathlib.Path, update: bool):
        self.stage = stage
        self.expected = expected
        self.update = update
        self.version = stage.call("--version").split()[-1]
        self.schema = json.loads(SCHEMA.read_text())
        self.findings: list[str] = []
        self.validated: set[str] = set()

    # ---- one command ----

    def filled(self, command: str) -> list[str]:
        url = (self.stage.root / "etc/scepd/profiles.d/office.toml").read_text().split('url = "')[1].split('"')[0]
        return [word.format(home=self.stage.home, root=self.stage.root, url=url) for word in shlex.split(command)]

    def run(self, case: Case, command: str, is_terminal: bool, *more: str) -> terminal.Said:
        words = self.filled(command)
        if words and words[0] in ("plan", "probe"):
            more += (f"--enroll-program={self.stage.bin}/scepd-enroll",)
        if words and words[0] != "complete":
            more += (f"--root={self.stage.root}",)
        meanwhile = (lambda running: case.meanwhile(self.stage, running)) if case.meanwhile else None
        return terminal.run([str(self.stage.bin / "scepctl"), *words, *more],
                            self.stage.environment | case.environment, is_terminal, meanwhile)

    def shown(self, command: str, said: terminal.Said) -> str:
        parts = [f"$ scepctl {command}".rstrip(), normal(said.out, self.version).rstrip("\n")]
        if said.err:
            parts += ["[standard error]", normal(said.err, self.version).rstrip("\n")]
        return "\n".join([part for part in parts if part] + [f"[exit {said.code}]\n"])

    # ---- one case ----

    def prepare(self, case: Case) -> None:
        if case.before:
            case.before(self.stage)

    def try_case(self, case: Case) -> None:
        for mode in MODES:
            self.prepare(case)
            said = [self.run(case, command, mode == "terminal") for command in case.commands]
            self.compare(f"{case.name}.{mode}.txt", "\n".join(map(self.shown, case.commands, said)))
            if mode == "terminal":
                self.check_width(case, [line for one in said for line in terminal.wide_lines(one.out)])
        if case.json:
            self.prepare(case)
            for command in case.commands:
                self.check_json(command, self.run(case, command, False, "--json"))

    def compare(self, file: str, text: str) -> None:
        path = self.expected / file
        if self.update:
            path.write_text(text)
        else:
            self.findings += difference(file, path.read_text() if path.exists() else "", text)

    def check_width(self, case: Case, lines: list[str]) -> None:
        if case.name not in WIDE:
            self.findings += [f"{case.name}: {len(line)} columns: {line}" for line in lines]
        elif not lines:
            self.findings.append(f"{case.name}: it fits a terminal now, and is to be taken out of WIDE in golden.py")

    def check_json(self, command: str, said: terminal.Said) -> None:
        """A failure may leave standard output empty."""
        verb = command.split()[0]
        if not said.out and said.code != 0:
            return
        for document in said.out.splitlines() if verb == "monitor" else [said.out]:
            self.findings += [f"scepctl {command} --json: {fault}" for fault in faults(self.schema, verb, document)]
        self.validated.add(verb)

    # ---- all ----

    def check_rest(self) -> None:
        """Files that nobody compares, verbs whose JSON nobody looked at, and the picture."""
        wanted = {f"{case.name}.{mode}.txt" for case in all_cases() for mode in MODES}
        self.findings += [f"{path} belongs to no case" for path in self.expected.iterdir() if path.name not in wanted]
        missing = set(VERBS) - self.validated - {"schedule"}  # which needs systemd
        self.findings += [f"no JSON of {verb} was looked at" for verb in sorted(missing)]
        xml.etree.ElementTree.parse(self.stage.home / "picture.svg")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--expected", type=pathlib.Path, default=HERE / "expected")
    parser.add_argument("--only", choices=[case.name for case in all_cases()])
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    stage = Stage(arguments.bin.resolve())
    try:
        golden = Golden(stage, arguments.expected, arguments.update)
        for case in all_cases():
            if arguments.only in (None, case.name):
                golden.try_case(case)
        if not arguments.only:
            golden.check_rest()
    finally:
        stage.close()
    print("\n".join(golden.findings), end="\n" if golden.findings else "")
    return 1 if golden.findings else 0


if __name__ == "__main__":
    sys.exit(main())
