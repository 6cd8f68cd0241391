"""Reads what strace wrote: the calls that succeeded, in the order in which they ended."""

import re
from typing import Iterable, Iterator, NamedTuple

LINE = re.compile(r"(\d+) +(.*)")
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
CALL = re.compile(r"(\w+)\((.*)\) += (\d+)(.*)")
ARGUMENT = re.compile(r"\s*(\{.*?\}|\[.*?\]|[^,]+)")
HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")


class Call(NamedTuple):
    program: str  # file name of the program that called; empty for those that ran before the trace began
    name: str
    arguments: list[str]  # as strace wrote them
    result: int


def text(argument: str) -> bytes:
    r"""The bytes of "\x2f..." and of 3<\x2f...>."""
    found = HEX.search(argument)
    return bytes.fromhex(found[0].replace("\\x", "")) if found else b""


def whole_lines(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Process and call; what was interrupted by a line of another process is put together."""
    begun: dict[str, str] = {}
    for line in lines:
        pid, rest = LINE.fullmatch(line.rstrip("\n")).groups()
        if rest.endswith(UNFINISHED):
            begun[pid] = rest.removesuffix(UNFINISHED)
        elif resumed := RESUMED.fullmatch(rest):
            yield pid, begun.pop(pid) + resumed[1]
        else:
            yield pid, rest


def calls(lines: Iterable[str]) -> Iterator[Call]:
    programs: dict[str, str] = {}
    for pid, line in whole_lines(lines):
        match = CALL.fullmatch(line)
        if not match:
            continue
        arguments = ARGUMENT.findall(match[2])
        if match[1] == "execve":
            programs[pid] = text(arguments[0]).decode().rpartition("/")[2]
        yield Call(programs.get(pid, ""), match[1], arguments, int(match[3]))
