"""A manual page as its entries: what stands after .TP, with the section that it stands in."""

import dataclasses
import pathlib
import re

FONT_MACROS = {"B", "I", "R", "BR", "RB", "BI", "IB", "IR", "RI", "SM", "SB"}
ALTERNATING = {"BR", "RB", "BI", "IB", "IR", "RI"}


@dataclasses.dataclass(frozen=True)
class Entry:
    section: str     # of .SH
    subsection: str  # of .SS; empty before the first one
    depth: int       # how many .RS it stands in
    tag: str         # as it is read, without fonts
    text: list[str] = dataclasses.field(default_factory=list, compare=False)  # the lines below it


def plain(text: str) -> str:
    """A text without roff's escapes for fonts and characters."""
    text = re.sub(r"\\f(\[\w*\]|\(..|.)", "", text).replace(r"\(dq", '"').replace(r"\(aq", "'")
    return text.replace(r"\-", "-").replace(r"\&", "").replace(r"\e", "\\")


def arguments(text: str) -> list[str]:
    return [quoted if quoted else word for quoted, word in re.findall(r'"([^"]*)"|(\S+)', text)]


def shown(line: str) -> str:
    """What a line of text or of a font macro shows."""
    if not line.startswith("."):
        return plain(line)
    macro, _, rest = line[1:].partition(" ")
    if macro not in FONT_MACROS:
        return ""
    return plain(("" if macro in ALTERNATING else " ").join(arguments(rest)))


def heading(line: str) -> str:
    return plain(" ".join(arguments(line[3:])))


def entries(path: pathlib.Path) -> list[Entry]:
    found: list[Entry] = []
    section = subsection = ""
    depth, tag_follows = 0, False
    for line in path.read_text().splitlines():
        if tag_follows:
            found.append(Entry(section, subsection, depth, shown(line)))
        elif found:
            found[-1].text.append(shown(line))
        tag_follows = line.split(" ")[0] in (".TP", ".TQ")
        if line.startswith(".SH"):
            section, subsection, depth = heading(line), "", 0
        elif line.startswith(".SS"):
            subsection, depth = heading(line), 0
        elif line.startswith((".RS", ".RE")):
            depth += 1 if line.startswith(".RS") else -1
    return found
