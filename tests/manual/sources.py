"""What the sources know: keys of the configuration with their defaults, members of D-Bus interfaces, exit codes."""

import pathlib
import re
import xml.etree.ElementTree as xml

# The table that a function reads, by file; "" is for its other functions.
TABLES = {
    "load_profile.cpp": {"": ""},
    "load_scep.cpp": {"": "[scep]", "readTls": "[scep] tls."},
    "load_challenge.cpp": {"": "[scep.challenge]"},
    "load_certificate.cpp": {"": "[certificate.NAME]", "readRsa": "[certificate.NAME] key.",
                             "readEc": "[certificate.NAME] key.", "readKey": "[certificate.NAME] key."},
    "load_target.cpp": {"": "[[certificate.NAME.deploy]]"},
    "load_settings.cpp": {"": "", "readRenewal": "[renewal]", "readEnrollment": "[enrollment]", "readClock": "[clock]",
                          "readMetrics": "[metrics]"},
}
PROFILE = [file for file in TABLES if file != "load_settings.cpp"]
SETTINGS = ["load_settings.cpp"]

FUNCTION = re.compile(r"^[\w:<>,& ]*?\b(\w+)\(.*\{$", re.MULTILINE)
READS = re.compile(r'(?:(?P<object>\w+)\.(?P<member>\w+) =\s+(?:\*\w+ == "0" \? 0 : )?)?(?:\w+\.)?'
                   r'(?:readFingerprint\(table, |\b(?P<reader>table|tables|text|freeText|flag|count|duration|'
                   r'positiveDuration|textOrZero|choice|parsed|parsedList|parsedOneOrMore)\()"(?P<key>[a-z0-9-]+)"')
STRUCT = re.compile(r"^struct (\w+) \{\n(.*?)^\};", re.MULTILINE | re.DOTALL)
MEMBER = re.compile(r"^    ([\w:]+) (\w+)(?: = (.+?)|\{\});", re.MULTILINE)
WORD = re.compile(r'Word<(\w+)>\{"([^"]+)", (\w+::\w+)\}')
UNITS = {"seconds": "s", "minutes": "min", "hours": "h", "days": "d"}

Keys = dict[str, str]  # "[scep] timeout" to its default as the page writes it, or to "" where it is no literal


def literal(kind: str, value: str, member: str, words: dict[str, str]) -> str:
    """A member's initial value as people write it in the configuration; empty when it is none."""
    duration = re.fullmatch(r"std::chrono::(\w+)\((\d+)\)", value)
    if duration:
        return f'"{duration[2]}{UNITS[duration[1]]}"'
    if kind == "Duration":
        return '"0s"'
    if kind == "double" and member.endswith("Spread"):
        return f'"{float(value) * 100:g}%"'
    if value in words:
        return f'"{words[value]}"'
    return value if kind in ("bool", "unsigned") else ""


def defaults(folder: pathlib.Path) -> dict[tuple[str, str], str]:
    """Of each member of a struct of profile.hpp that has one."""
    words = {value: word for _, word, value in WORD.findall((folder / "words.hpp").read_text())}
    found = {}
    for struct, body in STRUCT.findall((folder / "profile.hpp").read_text()):
        for kind, member, value in MEMBER.findall(body):
            found[struct.lower(), member] = literal(kind, value, member, words)
    return {where: text for where, text in found.items() if text}


def keys(folder: pathlib.Path, files: list[str]) -> Keys:
    known = defaults(folder)
    found: Keys = {}
    for file in files:
        text = (folder / file).read_text()
        starts = [(match.start(), match[1]) for match in FUNCTION.finditer(text)]
        for read in READS.finditer(text):
            function = [name for start, name in starts if start < read.start()][-1]
            table = TABLES[file].get(function, TABLES[file][""])
            struct = {"key": "keyspec"}.get(read["object"], read["object"])
            name = table + ("" if not table or table.endswith(".") else " ") + read["key"]
            default = known.get((struct, read["member"]), "")
            if read["reader"] == "choice" and not default.startswith('"'):
                default = ""  # a flag of the program that stands for a word of the configuration
            found[name] = found.get(name) or default
    return found


def preset_facts(folder: pathlib.Path) -> set[tuple[str, str]]:
    """The name of each preset, alone and with every file and unit that it knows."""
    words = {value: word for kind, word, value in WORD.findall((folder / "words.hpp").read_text()) if kind == "Preset"}
    rows = re.findall(r"^    PresetFacts\{\n        \.preset = (Preset::\w+),\n(.*?)^    \},",
                      (folder / "preset.cpp").read_text(), re.MULTILINE | re.DOTALL)
    return ({(word, "") for word in words.values()} |
            {(words[preset], fact) for preset, row in rows
             for fact in re.findall(r'"(/etc/[^" ]+|[a-z0-9]+\.service)"', row)})


def signature(member: xml.Element) -> str:
    """"Request(as names, a{sv} options) -> ao certificates", "s Version"."""
    name = member.get("name", "")
    if member.tag == "property":
        return f"{member.get('type')} {name}"
    both = [[f"{argument.get('type')} {argument.get('name')}" for argument in member.iter("arg")
             if (argument.get("direction") == "out") == out] for out in (False, True)]
    return f"{name}({', '.join(both[0])})" + (f" -> {', '.join(both[1])}" if both[1] else "")


def members(folder: pathlib.Path) -> set[tuple[str, str]]:
    """The interface and signature of every method, property and signal."""
    return {(interface.get("name", ""), signature(member)) for file in sorted(folder.glob("*.xml"))
            for interface in xml.parse(file).getroot().iter("interface")
            for member in interface if member.tag != "annotation"}


def undocumented(folder: pathlib.Path) -> list[str]:
    """The file, interface and signature of every member without a comment right before it."""
    found = []
    for file in sorted(folder.glob("*.xml")):
        root = xml.parse(file, xml.XMLParser(target=xml.TreeBuilder(insert_comments=True))).getroot()
        for interface in root.iter("interface"):
            before = None
            for member in interface:
                commented = before is not None and before.tag is xml.Comment and (before.text or "").strip()
                if member.tag in ("method", "property", "signal") and not commented:
                    found.append(f"{file}: {interface.get('name')} {signature(member)}")
                before = member
    return found


def errors(folder: pathlib.Path) -> set[str]:
    listed = re.search(r"org\.scepd1\.Error\.\{([^}]+)\}", (folder / "org.scepd1.Manager.xml").read_text())
    return {f"org.scepd1.Error.{name.strip()}" for name in listed[1].split(",")} if listed else set()


def actions(folder: pathlib.Path) -> set[str]:
    root = xml.parse(folder / "org.scepd1.policy").getroot()
    return {action.get("id", "") for action in root.iter("action")}


def exit_codes(header: pathlib.Path) -> set[str]:
    return set(re.findall(r"^    \w+ = (\d+),", header.read_text(), re.MULTILINE))


def hook_variables(folder: pathlib.Path) -> set[str]:
    return set(re.findall(r'"(SCEPD_[A-Z_]+)=', (folder / "hook.cpp").read_text()))


def hooks(folder: pathlib.Path) -> set[str]:
    return {file.name for file in folder.iterdir() if file.is_file() and "." not in file.name}


def codes(header: pathlib.Path) -> set[str]:
    """SCEPD-NNN, of the enumeration Code."""
    body = re.search(r"^enum class Code[^{]*\{(.*?)^\};", header.read_text(), re.MULTILINE | re.DOTALL)[1]
    return {f"SCEPD-{int(number):03}" for number in re.findall(r"= (\d+),", body)}
