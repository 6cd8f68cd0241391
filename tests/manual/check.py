#!/usr/bin/env python3
"""Holds the manual pages against what they describe. Prints every finding and exits with 1 when there is one.

    check.py commands SOURCE BINARIES   verbs and options of the programs' --help
    check.py keys SOURCE                keys of profiles and settings with their defaults, presets
    check.py interfaces SOURCE          D-Bus members and their comments, errors, polkit actions; exit codes; hooks and
                                        what they are told
    check.py form SOURCE MADE           every page renders without a warning and in 80 columns, also those that are made
    check.py catalogue SOURCE MADE      every code that the sources give is in the page and in the journal's catalog
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import sources
from page import Entry, entries

PAGES = ["daemon/ctl/scepctl.1", "daemon/scepd/scepd.8", "config/scepd.toml.5", "config/scepd-profile.5",
         "dbus/org.scepd1.5", "hooks/scepd-hooks.7"]
KEY = re.compile(r'([a-z0-9.-]+) \(([^(),"]+)(?:, required|, default (.+))?\)')
OPTION = re.compile(r"--[a-z][a-z-]+")


def compare(page: pathlib.Path, what: str, real: set, shown: set, least: int = 1) -> list[str]:
    """Both ways. Fewer than `least` things mean that they were not found where they are looked for."""
    if len(real) < least:
        return [f"{page}: only {len(real)} found of what is compared as {what}; there are {least} at least"]
    name = lambda thing: thing if isinstance(thing, str) else " ".join(filter(None, thing))
    return ([f"{page}: {what} {name(thing)} is missing" for thing in sorted(real - shown)] +
            [f"{page}: {what} {name(thing)} does not exist" for thing in sorted(shown - real)])


# ---- verbs and options ----

def help_of(program: pathlib.Path, *words: str) -> str:
    return subprocess.run([program, *words, "--help"], check=True, capture_output=True, text=True).stdout


def options_in(text: str) -> set[str]:
    """Only those that begin a line: descriptions name others."""
    lines = [line.partition("  ")[0] if line.startswith("--") else line.split("  ")[0]
             for line in (line.strip() for line in text.splitlines()) if line.startswith("-")]
    return {option for line in lines for option in OPTION.findall(re.sub(r"(Needs|Excludes):.*", "", line))}


def options_of(tags: list[Entry]) -> set[str]:
    return {option for entry in tags if entry.tag.startswith("-") for option in OPTION.findall(entry.tag)}


def check_verbs(page: pathlib.Path, program: pathlib.Path) -> list[str]:
    general = help_of(program)
    verbs = set(re.findall(r"^  ([a-z]+)  ", general, re.MULTILINE))
    tags = entries(page)
    findings = compare(page, "option", options_in(general), options_of([e for e in tags if e.section == "OPTIONS"]), 3)
    documented: dict[str, set[str]] = {}
    verb = ""
    for entry in (e for e in tags if e.section == "VERBS"):
        if entry.depth == 0:
            verb = entry.tag.split()[0]
            documented[verb] = set()
        else:
            documented[verb] |= options_of([entry])
    findings += compare(page, "verb", verbs, set(documented), 20)
    for verb in sorted(verbs & set(documented)):
        findings += compare(page, f"option of {verb}", options_in(help_of(program, verb)),
                            documented[verb] | {"--help"})
    return findings


def check_commands(source: pathlib.Path, binaries: pathlib.Path) -> list[str]:
    findings = check_verbs(source / PAGES[0], binaries / "scepctl")
    page = source / PAGES[1]
    for program in ("scepd", "scepd-enroll", "scepd-deploy"):
        tags = [e for e in entries(page) if e.section == "OPTIONS" and e.subsection == program]
        findings += compare(page, f"option of {program}", options_in(help_of(binaries / program)), options_of(tags), 3)
    return findings


# ---- keys ----

def documented_keys(page: pathlib.Path) -> sources.Keys:
    found = {}
    for entry in entries(page):
        match = KEY.fullmatch(entry.tag)
        if match and entry.section.startswith("KEYS"):
            found[f"{entry.subsection} {match[1]}".strip()] = match[3] or ""
    return found


def seconds(text: str) -> float | None:
    """Of a duration as keys' defaults have it; None for any other text."""
    match = re.fullmatch(r'"(\d+)(s|min|h|d)"', text)
    return int(match[1]) * {"s": 1, "min": 60, "h": 3600, "d": 86400}[match[2]] if match else None


def same_default(one: str, other: str) -> bool:
    return one == other or (seconds(one) is not None and seconds(one) == seconds(other))


def check_page_of_keys(page: pathlib.Path, real: sources.Keys, least: int, least_defaults: int) -> list[str]:
    shown = documented_keys(page)
    findings = compare(page, "key", set(real), set(shown), least)
    findings += [f"{page}: the default of key {key} is {default}, not {shown[key] or 'none'}"
                 for key, default in sorted(real.items())
                 if default and key in shown and not same_default(default, shown[key])]
    if sum(1 for default in real.values() if default) < least_defaults:
        findings.append(f"{page}: fewer than {least_defaults} defaults found in the sources")
    return findings


def says(text: str, fact: str) -> bool:
    """Whether it names a unit or a path; a folder may stand apart from the file's name."""
    folder, _, file = fact.rpartition("/")
    return fact in text or (bool(folder) and f"{folder}/ " in text and file in text)


def check_presets(page: pathlib.Path, real: set[tuple[str, str]]) -> list[str]:
    shown = {e.tag: " ".join(e.text) for e in entries(page) if e.section == "PRESETS"}
    return compare(page, "preset", real, {(preset, "") for preset in shown} |
                   {(preset, fact) for preset, fact in real if fact and says(shown.get(preset, ""), fact)}, 40)


def check_keys(source: pathlib.Path) -> list[str]:
    folder = source / "daemon/profile"
    settings, profile = source / "config/scepd.toml.5", source / "config/scepd-profile.5"
    return (check_page_of_keys(settings, sources.keys(folder, sources.SETTINGS), 12, 5) +
            check_page_of_keys(profile, sources.keys(folder, sources.PROFILE), 70, 20) +
            check_presets(profile, sources.preset_facts(folder)))


# ---- interfaces ----

def tags_in(page: pathlib.Path, section: str) -> set[str]:
    return {e.tag for e in entries(page) if e.section == section}


def check_interfaces(source: pathlib.Path) -> list[str]:
    bus, hooks, ctl = source / "dbus/org.scepd1.5", source / "hooks/scepd-hooks.7", source / PAGES[0]
    members = {(e.subsection, e.tag) for e in entries(bus) if e.section == "INTERFACES"}
    ours = {tag for tag in tags_in(bus, "ERRORS") if tag.startswith("org.scepd1.")}
    return ([f"{member} has no comment" for member in sources.undocumented(source / "dbus")] +
            compare(bus, "member", sources.members(source / "dbus"), members, 50) +
            compare(bus, "error", sources.errors(source / "dbus"), ours, 8) +
            compare(bus, "action", sources.actions(source / "dbus"), tags_in(bus, "AUTHORIZATION"), 4) +
            compare(hooks, "variable", sources.hook_variables(source / "daemon/deploy"), tags_in(hooks, "ENVIRONMENT"),
                    11) +
            compare(hooks, "hook", sources.hooks(source / "hooks"), tags_in(hooks, "SHIPPED HOOKS"), 3) +
            compare(ctl, "exit code", sources.exit_codes(source / "daemon/ctl/exit.hpp"), tags_in(ctl, "EXIT STATUS"),
                    10))


# ---- form ----

def complaints(*command: str | pathlib.Path) -> tuple[str, list[str]]:
    result = subprocess.run(command, capture_output=True, text=True)
    said = [line for line in (result.stderr + (result.stdout if command[0] == "mandoc" else "")).splitlines() if line]
    if result.returncode != 0 and not said:
        said = [f"{command[0]} ended with {result.returncode}"]
    return result.stdout, said


def check_page(page: pathlib.Path) -> list[str]:
    rendered, findings = complaints("groff", "-t", "-man", "-ww", "-Kutf8", "-Tutf8", "-rLL=80n", "-P-cbou", page)
    if len(rendered.splitlines()) < 20:
        findings.append("it renders to nearly nothing")
    findings += [f"wider than 80 columns: {line.strip()}" for line in rendered.splitlines() if len(line) > 80]
    findings += complaints("mandoc", "-T", "lint", "-W", "warning", page)[1]
    return [f"{page}: {finding}" for finding in findings]


def check_form(source: pathlib.Path, made: pathlib.Path) -> list[str]:
    pages = [source / page for page in PAGES] + [made / "scepd-errors.7"]
    return [finding for page in pages for finding in check_page(page)]


# ---- the catalogue of codes ----

def read_by_journalctl(catalog: pathlib.Path, codes: set[str]) -> list[str]:
    """What journalctl makes of it, in a root of its own."""
    with tempfile.TemporaryDirectory() as root:
        folder = pathlib.Path(root, "usr/lib/systemd/catalog")
        folder.mkdir(parents=True)
        pathlib.Path(root, "var/lib/systemd/catalog").mkdir(parents=True)
        shutil.copy(catalog, folder)
        said = complaints("journalctl", f"--root={root}", "--update-catalog")[1]
        listed = complaints("journalctl", f"--root={root}", "--list-catalog")[0]
    return said + compare(catalog, "code in journalctl's list", codes, set(re.findall(r"SCEPD-\d{3}", listed)), 50)


def check_catalogue(source: pathlib.Path, made: pathlib.Path) -> list[str]:
    codes = sources.codes(source / "daemon/base/error.hpp")
    page, journal = made / "scepd-errors.7", made / "scepd.catalog"
    shown = {entry.tag.partition(":")[0] for entry in entries(page)}
    return (read_by_journalctl(journal, codes) + compare(page, "code", codes, shown, 50) +
            compare(journal, "code", codes, set(re.findall(r"^Subject: (SCEPD-\d{3}): .", journal.read_text(),
                                                           re.MULTILINE)), 50))


def main(words: list[str]) -> int:
    match words:
        case ["commands", source, binaries]:
            findings = check_commands(pathlib.Path(source), pathlib.Path(binaries))
        case ["keys", source]:
            findings = check_keys(pathlib.Path(source))
        case ["interfaces", source]:
            findings = check_interfaces(pathlib.Path(source))
        case ["form", source, made]:
            findings = check_form(pathlib.Path(source), pathlib.Path(made))
        case ["catalogue", source, made]:
            findings = check_catalogue(pathlib.Path(source), pathlib.Path(made))
        case _:
            sys.exit(__doc__)
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
