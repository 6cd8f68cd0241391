"""Lays a state of the disk into a directory, and boots on it as far as scepd-recover goes."""

import contextlib
import ctypes
import os
import pathlib
import re
import subprocess
import tempfile
from typing import Iterator

from check import INTENTS
from model import Inode, Tree
from recording import read_disk

NUMBERED = re.compile(rb"^file (\d+) ", re.MULTILINE)
NO_INODE = 1  # is no file's on any file system
DEADLINE = 60
LIBC = ctypes.CDLL(None, use_errno=True)


def recovers(tree: Tree) -> bool:
    """scepd-recover.service has ConditionDirectoryNotEmpty= of this directory."""
    return any(path.startswith(INTENTS) for path in tree)


def recover(program: str, directory: pathlib.Path) -> tuple[Tree, str]:
    """The tree afterwards, and what the program said when it failed."""
    ended = subprocess.run([program, "--recover", f"--root={directory}"], capture_output=True, text=True,
                           timeout=DEADLINE, check=False)
    said = f"scepd-deploy --recover ended with {ended.returncode}: {ended.stderr}" if ended.returncode else ""
    return read_disk(directory, {}).tree(), said


@contextlib.contextmanager
def plain(tree: Tree) -> Iterator[pathlib.Path]:
    """A directory with the tree."""
    with tempfile.TemporaryDirectory(prefix="scepd-power-") as folder:
        root = pathlib.Path(folder)
        lay(tree, root, {})
        number_records(tree, root)
        yield root


@contextlib.contextmanager
def overlay(tree: Tree, before: Tree, lower: pathlib.Path) -> Iterator[pathlib.Path]:
    """An overlay with the tree, over a lower layer that holds what was there before. It is mounted anew in between, as
    by a boot."""
    with tempfile.TemporaryDirectory(prefix="scepd-power-") as folder:
        top = pathlib.Path(folder)
        for name in ("upper", "work", "root"):
            (top / name).mkdir()
        with mounted(lower, top):
            lay(tree, top / "root", before)
        with mounted(lower, top):
            number_records(tree, top / "root")
            yield top / "root"


@contextlib.contextmanager
def mounted(lower: pathlib.Path, top: pathlib.Path) -> Iterator[None]:
    options = f"lowerdir={lower},upperdir={top}/upper,workdir={top}/work"
    called(LIBC.mount(b"overlay", os.fsencode(top / "root"), b"overlay", 0, options.encode()), "mount an overlay")
    try:
        yield
    finally:
        called(LIBC.umount2(os.fsencode(top / "root"), 0), "unmount the overlay")


def called(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def lay(tree: Tree, root: pathlib.Path, before: Tree) -> None:
    """Makes what lies in the directory, `before`, the tree. What has another name only is renamed."""
    moved = take_away(tree, root, before)
    for path, (number, inode) in tree.items():  # parents come first
        place = root / path
        if number in moved:
            moved[number].rename(place)
        if before.get(path) != (number, inode) and not path.startswith(INTENTS):
            put(place, inode)


def take_away(tree: Tree, root: pathlib.Path, before: Tree) -> dict[int, pathlib.Path]:
    """What is needed under another name, by its inode."""
    moved: dict[int, pathlib.Path] = {}
    needed = {number for number, _ in tree.values()}
    for path, (number, inode) in reversed(before.items()):
        if path in tree and tree[path][0] == number:
            continue
        if inode.kind == "directory":
            (root / path).rmdir()
        elif number in needed:
            moved[number] = (root / path).rename(root / f"moved-{number}")
        else:
            (root / path).unlink()
    return moved


def put(place: pathlib.Path, inode: Inode) -> None:
    if inode.kind == "link":
        place.unlink(missing_ok=True)
        place.symlink_to(os.fsdecode(inode.data))
        return
    if inode.kind == "directory":
        place.mkdir(exist_ok=True)
    else:
        place.write_bytes(inode.data)
    place.chmod(inode.mode)


def number_records(tree: Tree, root: pathlib.Path) -> None:
    """Writes the records that know files by their inodes, with the numbers that these got here."""
    numbers = {inode.number: (root / path).stat().st_ino for path, (_, inode) in tree.items()
               if inode.kind == "file" and not path.startswith(INTENTS)}
    for path, (_, inode) in tree.items():
        if path.startswith(INTENTS):
            put(root / path, Inode("file", inode.mode, renumbered(inode.data, numbers)))


def renumbered(record: bytes, numbers: dict[int, int]) -> bytes:
    def other(match: re.Match) -> bytes:
        number = int(match[1])
        return b"file %d " % (numbers.get(number, NO_INODE) if number else 0)
    return NUMBERED.sub(other, record)
