"""Takes out of an output what differs from run to run, and leaves every width as it is."""

import getpass
import grp
import os
import re

import terminal

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
SPOKEN = rf"\b\d{{1,2}} (?:{MONTHS})(?: \d{{4}})? \d\d:\d\d"
PHASES = ("starting|making the key|asking the CA what it can do|asking for the CA that follows|"
          "fetching and checking .*|sending the request|asking the CA whether .*|checking the certificate|"
          "storing the certificate|deploying|looking at what is served|it waits for its turn|"
          "generation \\d+ is deployed|"
          "the CA keeps request .*")


def digits(match: re.Match) -> str:
    return re.sub(r"\d", "N", match[0])


def hexadecimal(match: re.Match) -> str:
    return re.sub(r"[0-9A-Fa-f]", "x", match[0])


def home(match: re.Match) -> str:
    return match[1] + "x" * len(match[2])


RULES = [
    (rf"\b{getpass.getuser()}:{grp.getgrgid(os.getgid()).gr_name}\b", "root:root"),
    (r"(/tmp/scepd-cli-)(\w{1,8})", home),
    (r"-----BEGIN (.*)-----\n[A-Za-z0-9+/=\n]+-----END", r"-----BEGIN \1-----\n(base64)\n-----END"),
    (r"(?:[0-9A-F]{2}:){15}[0-9A-F]{2}", hexadecimal),
    (r"serial_number=\"\d+\"", 'serial_number="N"'),
    (r"\bserial [0-9a-f]{12,18} ", "serial xxxxxxxxxxxxxxxx "),  # of a signer that made its own, without leading zeros
    (r"\b[0-9a-f]{20,64}\b", hexadecimal),
    (r"\b[0-9a-f]{4,}(?=…)", hexadecimal),
    (r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\dZ?)?", digits),
    (SPOKEN, "D Month NN:NN"),
    (r"\b[12]\d{9}$", digits),  # seconds since the epoch
    (r"(?<=127\.0\.0\.1:)\d{5}", digits),
    (r"(?<=127\.0\.0\.1 port )\d{5}", digits),
    (r"\((?:now|\d+ s ago)\)", "(N s ago)"),
    (r"(?<==)/\S+(?=/libexec/scepd/)", "PREFIX"),
    (r"\bin \d+ min\b", digits),
    (r"\b\d+(?:\.\d+)? (?:ms|µs)\b|(?<=on the bus: )(?:at once|after \d+ms)", "N ms"),
    (r"(?s)(?<=not there after 1s: pending: ).*?(?=\nRemedy: )", "(situation)"),  # which may be too long for a line
    (r" *\b\d+\.\d{3} s(?=  )", "   N.NNN s"),
    (r"\b\d+ bytes", "N bytes"),
    (r"\b\d+ MiB free", "N MiB free"),
]


def squeezed(line: str) -> str:
    """A column of dates that people say is not as wide every day."""
    return re.sub(r" {2,}", "  ", line) if re.match("D Month|now  |WHEN", line) else line


def without_progress(text: str) -> str:
    """A pipe tells every phase that it hears of, and a phase may be over too soon."""
    return re.sub(rf"^[a-z]+: \w+(?:, next \w+ in \d+ \w+)?: (?:{PHASES})\n", "", text, flags=re.MULTILINE)


def ruler(text: str) -> str:
    """An axis has its dates elsewhere each day."""
    return re.sub(r"^ +\d{1,2} [A-Z][a-z]{2} .*\n( +)\|(.*)$",
                  lambda match: "(dates)\n" + match[1] + "|" + match[2].replace("+", "-"), text, flags=re.MULTILINE)


def normal(text: str, version: str) -> str:
    text = ruler(without_progress(terminal.final(text))).replace(version, "X.Y.Z")
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    return terminal.visible("\n".join(map(squeezed, text.split("\n"))))
