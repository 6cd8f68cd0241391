#!/usr/bin/env python3
"""Checks that the house keeps its floors. Prints every finding and exits with 1 when there is one.

    check.py includes DAEMON_DIRECTORY         arrows between folders go down, third-party headers stay in their rooms
    check.py libraries PROGRAM LIBRARY...      PROGRAM needs none of these shared libraries, not even through others
"""

import pathlib
import re
import subprocess
import sys

# A folder may include itself and the folders below it; folders on one floor never include each other.
FLOORS = {
    "base": 1,
    "profile": 2, "crypto": 2, "record": 2,
    "store": 3, "scep": 3, "schedule": 3,
    "bus": 4,
    "enroll": 5, "deploy": 5, "ctl": 5, "scepd": 5, "catalogue": 5,
}

# Third-party headers, and the files that may include them.
ROOMS = {
    "libcurl": (r"curl/", r"scep/http\."),
    "toml++": (r"toml\+\+|toml\.h", r"profile/load|store/|ctl/render"),
    "sdbus-c++": (r"sdbus-c\+\+/|.*_(adaptor|proxy)\.h(pp)?$", r"bus/|ctl/|(scepd|deploy)/main\.cpp$"),
    "sd-event": (r"systemd/sd-event\.h", r"(base/loop|bus/source)\.cpp$"),
    "OpenSSL": (r"openssl/", r"crypto/|scep/message"),
    "CLI11": (r"CLI/|CLI11", r"[^/]+/main\.cpp$|ctl/(help|usage)\.hpp$"),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)


def wrong_arrow(file, header):
    room, target = file.split("/")[0], header.split("/")[0]
    if room not in FLOORS:
        return f"the folder {room} has no floor"
    if "/" not in header or target not in FLOORS or target == room or FLOORS[target] < FLOORS[room]:
        return None
    return f"{room} (floor {FLOORS[room]}) must not include {target} (floor {FLOORS[target]})"


def wrong_room(file, header):
    for name, (headers, files) in ROOMS.items():
        if re.match(headers, header) and not re.match(files, file):
            return f"{name} is not for this file"
    return None


def check_includes(directory):
    findings, files = [], 0
    for path in sorted(p for p in directory.rglob("*") if p.suffix in (".cpp", ".hpp", ".h", ".cc", ".c")):
        files += 1
        file, text = path.relative_to(directory).as_posix(), path.read_text()
        for include in INCLUDE.finditer(text):
            line = text.count("\n", 0, include.start(1)) + 1
            for why in filter(None, (check(file, include[1]) for check in (wrong_arrow, wrong_room))):
                findings.append(f"{path}:{line}: {include[1]}: {why}")
    if files == 0:
        findings.append(f"{directory}: there is nothing to check")
    return findings


def check_libraries(program, forbidden):
    loaded = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    if "libc.so" not in loaded:
        return [f"{program}: ldd shows no libraries:\n{loaded}"]
    return [f"{program} must not link {library}" for library in forbidden
            if re.search(rf"^\s*{re.escape(library)}[.-]", loaded, re.MULTILINE)]


def main(arguments):
    match arguments:
        case ["includes", directory]:
            findings = check_includes(pathlib.Path(directory))
        case ["libraries", program, *forbidden] if forbidden:
            findings = check_libraries(program, forbidden)
        case _:
            sys.exit(__doc__)
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
