#!/usr/bin/env python3
"""Holds the conformance checklist against the tests that were built. Prints every finding and exits with 1 when there
is one; otherwise prints which tests show which line.

    checklist.py CHECKLIST PROGRAM...     each PROGRAM is a test program test_NAME, whose tests ctest calls NAME.*
"""

import difflib
import pathlib
import re
import subprocess
import sys

LEVELS = {"M", "S", "O", "N"}
NEEDS_A_TEST = {"M", "S", "O"}

HEAD = re.compile(r"^(\d+) ids: (.+)\.$", re.MULTILINE)
FAMILY = re.compile(r"([A-Z]+) (\d+)$")
ROW = re.compile(r"^\| *([A-Z]+-\d+) *\|")


class Row:
    def __init__(self, line, text):
        cells = [cell.strip() for cell in text.strip().strip("|").split("|")]
        self.line, self.id, self.cells = line, cells[0], len(cells)
        self.level = cells[1]
        self.tests = [name.strip() for name in cells[-1].split(";") if name.strip()]


def rows_of(text):
    return [Row(number, line) for number, line in enumerate(text.splitlines(), 1) if ROW.match(line)]


def promised_ids(text):
    """The ids that the head of the checklist promises, and what is wrong with the promise, if anything."""
    head = HEAD.search(text)
    families = [FAMILY.match(part) for part in head[2].split(", ")] if head else []
    if not families or None in families:
        return [], 'its head does not say how many ids there are ("5 ids: CFG 3, CA 2.")'
    ids = [f"{family[1]}-{number}" for family in families for number in range(1, int(family[2]) + 1)]
    if len(ids) == int(head[1]):
        return ids, None
    return ids, f"its head promises {head[1]} ids, and those of its families are {len(ids)}"


def check_ids(text, rows):
    ids, wrong = promised_ids(text)
    if wrong:
        yield 1, wrong
    first = {}
    for row in rows:
        if row.id in first:
            yield row.line, f"{row.id}: it stands in line {first[row.id]} already"
        elif row.id not in ids:
            yield row.line, f"{row.id}: its head knows no such id"
        first.setdefault(row.id, row.line)
    for missing in (one for one in ids if one not in first):
        yield 1, f"{missing}: it is missing"


def check_rows(rows, tests):
    for row in rows:
        if row.cells != 5:
            yield row.line, f"{row.id}: it has {row.cells} cells instead of 5"
        if row.level not in LEVELS:
            yield row.line, f"{row.id}: \"{row.level}\" is none of the levels M, S, O and N"
        if row.level in NEEDS_A_TEST and not row.tests:
            yield row.line, f"{row.id}: no test shows it"
        for name in row.tests:
            if name not in tests:
                like = difflib.get_close_matches(name, tests, 1)
                yield row.line, f"{row.id}: there is no test {name}" + (f"; is it {like[0]}?" if like else "")


def tests_of(program):
    """The tests of a program of GoogleTest as ctest names them."""
    prefix = pathlib.Path(program).name.removeprefix("test_")
    listed = subprocess.run([program, "--gtest_list_tests"], check=True, capture_output=True, text=True).stdout
    suite, names = "", []
    for line in listed.splitlines():
        word = line.split("#")[0].rstrip()
        if not word.startswith(" "):
            suite = word
        else:
            names.append(f"{prefix}.{suite}{word.strip()}")
    return names


def all_tests(programs):
    try:
        return [name for program in programs for name in tests_of(program)]
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"the tests cannot be listed: {error}; build all test programs first")


def show(rows):
    width = max(len(row.id) for row in rows)
    for row in rows:
        for position, name in enumerate(row.tests or ["-"]):
            print(f"{row.id if position == 0 else '':{width}}  {row.level if position == 0 else ' '}  {name}")


def main(arguments):
    match arguments:
        case [checklist, *programs] if programs:
            text = pathlib.Path(checklist).read_text()
        case _:
            sys.exit(__doc__)
    rows = rows_of(text)
    findings = [*check_ids(text, rows), *check_rows(rows, all_tests(programs))]
    for line, finding in sorted(findings):
        print(f"{checklist}:{line}: {finding}")
    if not findings:
        show(rows)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
