"""What lies on the targets, held against the generations in the store: complete and of one generation, or not."""

import pathlib
import re
import subprocess

STORE = "var/lib/scepd/certificates/web"

# The files of the two targets that profile.toml names, and what of a generation each holds.
TARGETS = {
    "etc/nginx/scepd/web/fullchain.pem": ("cert.pem", "chain.pem"),
    "etc/nginx/scepd/web/key.pem": ("key.pem",),
    "etc/ssl/scepd/web/combined.pem": ("cert.pem", "chain.pem", "key.pem"),
}


def generations(root: pathlib.Path) -> dict[int, pathlib.Path]:
    """The complete ones, newest first: a resumed attempt may have left the same pair under the number before."""
    found = {int(path.name.removeprefix("generation-")): path for path in (root / STORE).glob("generation-*")}
    return {number: path for number, path in sorted(found.items(), reverse=True) if (path / "facts.toml").exists()}


def expected(generation: pathlib.Path) -> dict[str, bytes]:
    return {file: b"".join((generation / part).read_bytes() for part in parts) for file, parts in TARGETS.items()}


def installed(root: pathlib.Path) -> dict[str, bytes]:
    return {file: (root / file).read_bytes() for file in TARGETS if (root / file).is_file()}


def generation_of(root: pathlib.Path) -> int | None:
    """The generation that all targets hold; 0 when all are without files; None for a mixture or anything else."""
    there = installed(root)
    if not there:
        return 0
    return next((number for number, path in generations(root).items() if expected(path) == there), None)


def damage(root: pathlib.Path) -> list[str]:
    """Files that are no complete file of any generation."""
    whole = [expected(path) for path in generations(root).values()]
    return [file for file, content in installed(root).items() if all(content != files[file] for files in whole)]


def describe(root: pathlib.Path) -> str:
    """Which generation each file is of."""
    known = {number: expected(path) for number, path in generations(root).items()}
    there = installed(root)

    def of(file: str) -> str:
        if file not in there:
            return "missing"
        return next((str(number) for number, files in known.items() if files[file] == there[file]), "damaged")
    return ", ".join(f"{pathlib.Path(file).name} {of(file)}" for file in TARGETS)


def public_key(*command: str) -> bytes:
    return subprocess.run(["openssl", *command], check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def fits(key: pathlib.Path, certificate: pathlib.Path) -> bool:
    """Whether the key belongs to the certificate, by another program's judgement."""
    of_key = public_key("pkey", "-pubout", "-in", str(key))
    return bool(of_key) and of_key == public_key("x509", "-pubkey", "-noout", "-in", str(certificate))


def current(root: pathlib.Path) -> int:
    """The generation that the store has in use; 0 for none."""
    link = root / STORE / "current"
    return int(link.readlink().name.removeprefix("generation-")) if link.is_symlink() else 0


def names(root: pathlib.Path) -> set[str]:
    """Every name below the root, however the generations are numbered."""
    return {re.sub(r"generation-\d+", "generation-N", str(path.relative_to(root))) for path in root.rglob("*")}
