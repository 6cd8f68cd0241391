"""A disk: inodes, and directories with entries that name them. Operations on it, each of which is one step that the
file system makes whole or not at all, and the barriers that make them durable."""

import dataclasses
from typing import Iterable, Iterator, NamedTuple

ROOT = 0


@dataclasses.dataclass(frozen=True)
class Inode:
    kind: str  # "file", "directory", "link"
    mode: int
    data: bytes = b""  # of a file; of a link the name that it leads to
    number: int = 0  # as the machine said when it was recorded; 0 where nobody looked


class Entries(NamedTuple):
    """Creating, linking, renaming, exchanging, removing: (directory, name, inode or None for none) each."""

    changes: tuple[tuple[int, str, int | None], ...]


class Write(NamedTuple):
    inode: int
    offset: int
    data: bytes


class Truncate(NamedTuple):
    inode: int
    size: int


class Mode(NamedTuple):
    inode: int
    mode: int


class Sync(NamedTuple):
    """A barrier: content of a file, entries of a directory."""

    inode: int


class Promise(NamedTuple):
    """Something was told to the outside that must hold from now on."""

    what: str


Operation = Entries | Write | Truncate | Mode | Sync | Promise
Tree = dict[str, tuple[int, Inode]]  # what can be reached, by path


def written(data: bytes, write: Write) -> bytes:
    gap = bytes(max(0, write.offset - len(data)))
    return data[: write.offset] + gap + write.data + data[write.offset + len(write.data) :]


@dataclasses.dataclass
class Disk:
    inodes: dict[int, Inode]
    entries: dict[int, dict[str, int]]

    @staticmethod
    def empty() -> "Disk":
        return Disk({ROOT: Inode("directory", 0o755)}, {ROOT: {}})

    def copy(self) -> "Disk":
        return Disk(dict(self.inodes), dict(self.entries))

    def apply(self, operation: Operation) -> None:
        match operation:
            case Entries(changes):
                for directory, name, inode in changes:
                    self._name(directory, name, inode)
            case Write(inode, _, _):
                self._change(inode, data=written(self.inodes[inode].data, operation))
            case Truncate(inode, size):
                self._change(inode, data=self.inodes[inode].data[:size].ljust(size, b"\0"))
            case Mode(inode, mode):
                self._change(inode, mode=mode)

    def after(self, operations: Iterable[Operation]) -> "Disk":
        disk = self.copy()
        for operation in operations:
            disk.apply(operation)
        return disk

    def tree(self) -> Tree:
        return dict(self._walk("", ROOT))

    def find(self, path: str) -> int | None:
        """The inode of a path without links in it."""
        at: int | None = ROOT
        for name in path.split("/") if path else []:
            at = self.entries.get(at, {}).get(name)
        return at

    def _name(self, directory: int, name: str, inode: int | None) -> None:
        names = dict(self.entries.get(directory, {}))
        names.pop(name, None)
        if inode is not None:
            names[name] = inode
        self.entries[directory] = names

    def _change(self, inode: int, **what) -> None:
        self.inodes[inode] = dataclasses.replace(self.inodes[inode], **what)

    def _walk(self, prefix: str, directory: int) -> Iterator[tuple[str, tuple[int, Inode]]]:
        for name, inode in self.entries.get(directory, {}).items():
            yield prefix + name, (inode, self.inodes[inode])
            if self.inodes[inode].kind == "directory":
                yield from self._walk(f"{prefix}{name}/", inode)
