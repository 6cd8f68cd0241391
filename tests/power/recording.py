"""Turns a recorded operation into a disk as it was before and the operations that were made on it."""

import dataclasses
import os
import pathlib
import re
import stat
from typing import Callable, Iterator

from model import ROOT, Disk, Entries, Inode, Mode, Operation, Promise, Sync, Tree, Truncate, Write
from strace import Call, calls, text

FOLDERS = ("etc", "var")
UMASK = 0o022
INODE_NUMBER = re.compile(r"st_ino=(\d+)")


@dataclasses.dataclass
class Recording:
    before: Disk  # with the inodes that are created later, which nothing names yet
    operations: list[Operation]
    after: Disk


def read_disk(directory: pathlib.Path, numbers: dict[str, int]) -> Disk:
    disk = Disk.empty()
    found = {"": ROOT}
    for path in sorted(path for folder in FOLDERS for path in [directory / folder, *(directory / folder).rglob("*")]):
        name = path.relative_to(directory).as_posix()
        inode = found[name] = len(found)
        disk.inodes[inode] = dataclasses.replace(read_inode(path), number=numbers.get(name, 0))
        disk.apply(Entries(((found[os.path.dirname(name)], path.name, inode),)))
    return disk


def read_inode(path: pathlib.Path) -> Inode:
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        return Inode("link", 0o777, os.fsencode(os.readlink(path)))
    if stat.S_ISDIR(status.st_mode):
        return Inode("directory", stat.S_IMODE(status.st_mode))
    return Inode("file", stat.S_IMODE(status.st_mode), path.read_bytes())


def same(one: Tree, other: Tree) -> list[str]:
    """Paths that differ."""
    def plain(tree: Tree, path: str) -> tuple | None:
        return (tree[path][1].kind, tree[path][1].mode, tree[path][1].data) if path in tree else None
    return [path for path in sorted(one.keys() | other.keys()) if plain(one, path) != plain(other, path)]


def read(folder: pathlib.Path) -> Recording:
    """Checks that what was understood of the trace leads from the files before to those after."""
    numbers = {}
    for line in (folder / "inodes").read_text().splitlines():
        number, _, path = line.partition(" ")
        numbers[path] = int(number)
    player = Player((folder / "root").read_text().strip(), read_disk(folder / "before", numbers))
    with open(folder / "trace", encoding="ascii") as trace:
        player.play(calls(trace))
    if wrong := same(player.disk.tree(), read_disk(folder / "after", {}).tree()):
        raise ValueError(f"{folder}: the trace does not explain {', '.join(wrong)}")
    return player.recording()


class Player:
    """Makes each call on a disk of its own, and notes what it did."""

    def __init__(self, root: str, disk: Disk) -> None:
        self.root = root
        self.disk = disk
        self.before = disk.copy()
        self.operations: list[Operation] = []
        self.positions: dict[int, int] = {}
        self.numbers: dict[int, int] = {}

    def play(self, recorded: Iterator[Call]) -> None:
        for call in recorded:
            HANDLERS.get(call.name, Player.refuse)(self, call)

    def recording(self) -> Recording:
        for inode, number in self.numbers.items():
            for disk in (self.before, self.disk):
                disk.inodes[inode] = dataclasses.replace(disk.inodes[inode], number=number)
        return Recording(self.before, self.operations, self.disk)

    def do(self, operation: Operation) -> None:
        self.disk.apply(operation)
        self.operations.append(operation)

    def below(self, path: str) -> str | None:
        """As the disk knows it; None for what is not below the root, or not recorded there."""
        path = os.path.normpath(path)
        inside = path.removeprefix(self.root + "/")
        return inside if inside != path and inside.split("/")[0] in FOLDERS else None

    def path(self, directory: str, name: str) -> str | None:
        return self.below(os.path.join(text(directory).decode(), text(name).decode()))

    def place(self, path: str) -> tuple[int, str]:
        parent = self.disk.find(os.path.dirname(path))
        if parent is None:
            raise ValueError(f"{path}: nobody knows its directory")
        return parent, os.path.basename(path)

    def opened(self, descriptor: str) -> int | None:
        """The inode behind a descriptor; None for what cannot be seen after a power cut."""
        path = self.below(text(descriptor).decode())
        return None if path is None or descriptor.endswith("(deleted)") else self.disk.find(path)

    def born(self, path: str, inode: Inode) -> int:
        number = max(self.disk.inodes) + 1
        self.disk.inodes[number] = self.before.inodes[number] = inode
        self.do(Entries(((*self.place(path), number),)))
        return number

    def open(self, call: Call) -> None:
        path = self.path(*call.arguments[:2])
        if path is None:
            return
        flags = call.arguments[2]
        inode = self.disk.find(path)
        if inode is None and "O_CREAT" in flags:
            inode = self.born(path, Inode("file", int(call.arguments[3], 8) & ~UMASK))
        elif inode is not None and "O_TRUNC" in flags:
            self.do(Truncate(inode, 0))
        if inode is not None:
            self.positions[inode] = len(self.disk.inodes[inode].data) if "O_APPEND" in flags else 0

    def open_directory(self, call: Call) -> None:
        if "O_DIRECTORY" not in call.arguments[2]:
            self.refuse(call)

    def write(self, call: Call) -> None:
        data = text(call.arguments[1])
        if call.program == "scepd-enroll":
            self.promise(data)
        inode = self.opened(call.arguments[0])
        if inode is None:
            return
        at = int(call.arguments[3]) if call.name == "pwrite64" else self.positions[inode]
        self.do(Write(inode, at, data[: call.result]))
        if call.name == "write":
            self.positions[inode] += call.result

    def promise(self, data: bytes) -> None:
        if data.startswith(b"POST ") and b"operation=PKIOperation" in data:
            self.do(Promise("asked"))
        if data.startswith(b"report\n") and b'result = "issued"' in data:
            self.do(Promise("stored"))

    def truncate(self, call: Call) -> None:
        inode = self.opened(call.arguments[0])
        if inode is not None:
            self.do(Truncate(inode, int(call.arguments[1])))

    def change_mode(self, call: Call) -> None:
        inode = self.opened(call.arguments[0])
        if inode is not None:
            self.do(Mode(inode, int(call.arguments[1], 8)))

    def sync(self, call: Call) -> None:
        inode = self.opened(call.arguments[0])
        if inode is not None:
            self.do(Sync(inode))

    def rename(self, call: Call) -> None:
        here = "AT_FDCWD<>"
        source, target = ((here, call.arguments[0]), (here, call.arguments[1])) if call.name == "rename" else (
            call.arguments[0:2], call.arguments[2:4])
        paths = self.path(*source), self.path(*target)
        if paths == (None, None):
            return
        exchanged = self.disk.find(paths[1]) if "RENAME_EXCHANGE" in call.arguments[-1] else None
        self.do(Entries(((*self.place(paths[0]), exchanged), (*self.place(paths[1]), self.disk.find(paths[0])))))

    def symlink(self, call: Call) -> None:
        path = self.path(*call.arguments[1:]) if call.name == "symlinkat" else self.path("", call.arguments[1])
        if path is not None:
            self.born(path, Inode("link", 0o777, text(call.arguments[0])))

    def remove(self, call: Call) -> None:
        path = self.path(*call.arguments[:2]) if call.name == "unlinkat" else self.path("", call.arguments[0])
        if path is not None:
            self.do(Entries(((*self.place(path), None),)))

    def make_directory(self, call: Call) -> None:
        path = self.path(*call.arguments[:2]) if call.name == "mkdirat" else self.path("", call.arguments[0])
        if path is not None:
            self.born(path, Inode("directory", int(call.arguments[-1], 8) & ~UMASK))

    def look(self, call: Call) -> None:
        """Programs remember files by their inode numbers."""
        path = self.path(*call.arguments[:2])
        inode = self.disk.find(path) if path is not None else None
        if inode is not None and "S_IFREG" in call.arguments[2]:
            self.numbers[inode] = int(INODE_NUMBER.search(call.arguments[2])[1])

    def send(self, call: Call) -> None:
        if call.program == "scepd-enroll":
            self.promise(text(call.arguments[1]))

    def execute(self, call: Call) -> None:
        if "/etc/scepd/hooks.d/" in text(call.arguments[0]).decode():
            self.do(Promise("hooks"))

    def ignore(self, call: Call) -> None:
        pass

    def refuse(self, call: Call) -> None:
        """Better no result than one that leaves something out."""
        if any(self.below(text(argument).decode(errors="replace")) for argument in call.arguments):
            raise ValueError(f"{call.name} of {call.program} is not understood")


HANDLERS: dict[str, Callable[[Player, Call], None]] = {
    "openat": Player.open, "openat2": Player.open_directory, "write": Player.write, "pwrite64": Player.write,
    "ftruncate": Player.truncate, "fchmod": Player.change_mode, "fsync": Player.sync, "fdatasync": Player.sync,
    "rename": Player.rename, "renameat": Player.rename, "renameat2": Player.rename, "symlink": Player.symlink,
    "symlinkat": Player.symlink, "unlink": Player.remove, "unlinkat": Player.remove, "rmdir": Player.remove,
    "mkdir": Player.make_directory, "mkdirat": Player.make_directory, "newfstatat": Player.look,
    "sendto": Player.send, "execve": Player.execute,
}
