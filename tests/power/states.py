"""The states that a power cut may leave of a recorded operation.

What a barrier made durable is there. Of what was done since, the file system may have kept any part that respects:

- an operation on a name is kept only with those before it on that name, and one on content with those before it
- a rename or an exchange is kept whole or not at all: one transaction of the journal
- the last write that is kept of a file may be torn: half of it, its first page, or its length with zeros
"""

import itertools
import random
from typing import Iterable, Iterator, NamedTuple

from model import Disk, Entries, Inode, Mode, Operation, Promise, Sync, Tree, Truncate, Write
from recording import Recording

ALL_OF = 13  # up to so many operations that are not durable every part is tried,
FEW = 2  # of more those that lack, or keep, so many and what depends on them
PAGE = 4096
Kept = frozenset[int]


class State(NamedTuple):
    tree: Tree
    point: int  # how many operations had been made


class Moment(NamedTuple):
    point: int
    durable: Disk
    pending: list[int]


def touched(operation: Operation) -> set:
    """What an operation must keep its order on."""
    if isinstance(operation, Entries):
        return {(directory, name) for directory, name, _ in operation.changes}
    return {operation.inode} if isinstance(operation, (Write, Truncate, Mode)) else set()


def is_flushed(operation: Operation, inode: int) -> bool:
    if isinstance(operation, Entries):
        return any(directory == inode for directory, _, _ in operation.changes)
    return operation.inode == inode


class History:
    """The operations of a recording, and which of them need which."""

    def __init__(self, recording: Recording, barriers: bool = True) -> None:
        self.operations = recording.operations
        self.before = recording.before
        self.barriers = barriers
        self.needs: dict[int, set[int]] = {}
        last: dict = {}
        for index, operation in enumerate(self.operations):
            things = touched(operation)
            self.needs[index] = {last[thing] for thing in things if thing in last}
            last.update(dict.fromkeys(things, index))

    def moments(self) -> Iterator[Moment]:
        """After each operation that may bring new states, and after each promise."""
        durable, pending = self.before, []
        for index, operation in enumerate(self.operations):
            match operation:
                case Sync(inode):
                    durable, pending = self._synced(durable, pending, inode)
                    continue
                case Promise():
                    pass
                case _:
                    pending = [*pending, index]
            yield Moment(index + 1, durable, pending)
        yield Moment(len(self.operations), durable, pending)

    def closed(self, kept: Iterable[int], pending: list[int]) -> Kept:
        """With all that is needed."""
        result: set[int] = set()
        todo = list(kept)
        while todo:
            index = todo.pop()
            if index not in result:
                result.add(index)
                todo += self.needs[index] & set(pending)
        return frozenset(result)

    def parts(self, pending: list[int]) -> Iterable[Kept]:
        if len(pending) <= ALL_OF:
            return self._every_part(pending)
        return {part for few in itertools.combinations_with_replacement(pending, FEW)
                for part in (self.closed(few, pending), self._without(few, pending))}

    def random_part(self, pending: list[int], dice: random.Random) -> Kept:
        chance = dice.choice((0.3, 0.7, 0.95))
        part: set[int] = set()
        for index in pending:
            if (self.needs[index] & set(pending)) <= part and dice.random() < chance:
                part.add(index)
        return frozenset(part)

    def trees(self, moment: Moment, part: Kept) -> Iterator[Tree]:
        """The tree with this part kept, then with each of its last writes torn."""
        disk = moment.durable.after(self.operations[index] for index in sorted(part))
        tree = disk.tree()
        yield tree
        reachable = {inode for inode, _ in tree.values()}
        for index in self._last_writes(part):
            write = self.operations[index]
            if write.inode in reachable:
                yield from self._torn(moment, part, index, disk)

    def _synced(self, durable: Disk, pending: list[int], inode: int) -> tuple[Disk, list[int]]:
        if not self.barriers:
            return durable, pending
        flushed = self.closed((i for i in pending if is_flushed(self.operations[i], inode)), pending)
        durable = durable.after(self.operations[i] for i in sorted(flushed))
        return durable, self._relevant(durable, [i for i in pending if i not in flushed])

    def _relevant(self, durable: Disk, pending: list[int]) -> list[int]:
        """Without what was done to files and directories that nothing names any more."""
        named = {inode for names in durable.entries.values() for inode in names.values()} | {0}
        for index in pending:
            if isinstance(self.operations[index], Entries):
                named |= {inode for _, _, inode in self.operations[index].changes}
        def matters(operation: Operation) -> bool:
            if isinstance(operation, Entries):
                return any(directory in named for directory, _, _ in operation.changes)
            return operation.inode in named
        return [index for index in pending if matters(self.operations[index])]

    def _every_part(self, pending: list[int]) -> list[Kept]:
        parts: list[Kept] = [frozenset()]
        for index in pending:
            needed = self.needs[index] & set(pending)
            parts += [part | {index} for part in parts if needed <= part]
        return parts

    def _without(self, few: Iterable[int], pending: list[int]) -> Kept:
        part: set[int] = set()
        for index in pending:
            needed = self.needs[index] & set(pending)
            if index not in few and needed <= part:
                part.add(index)
        return frozenset(part)

    def _last_writes(self, part: Kept) -> list[int]:
        last = {self.operations[i].inode: i for i in sorted(part)
                if isinstance(self.operations[i], (Write, Truncate, Mode))}
        return [index for index in last.values() if isinstance(self.operations[index], Write)]

    def _torn(self, moment: Moment, part: Kept, index: int, disk: Disk) -> Iterator[Tree]:
        write = self.operations[index]
        rest = moment.durable.after(self.operations[i] for i in sorted(part - {index}))
        cuts = {len(write.data) // 2, min(PAGE, len(write.data) // 2)}
        for data in [*(write.data[:cut] for cut in sorted(cuts)), bytes(len(write.data))]:
            torn = rest.after([write._replace(data=data)]).inodes[write.inode]
            yield disk_with(disk, write.inode, torn).tree()


def disk_with(disk: Disk, number: int, inode: Inode) -> Disk:
    return Disk({**disk.inodes, number: inode}, disk.entries)


def identity(tree: Tree) -> int:
    return hash(frozenset((path, inode, facts) for path, (inode, facts) in tree.items()))


def collect(found: Iterable[State]) -> tuple[int, list[State]]:
    """How many there were, and the distinct ones: of two that are equal the one to which more was promised."""
    count, distinct = 0, {}
    for count, state in enumerate(found, 1):
        distinct[identity(state.tree)] = state
    return count, list(distinct.values())


def every(history: History) -> Iterator[State]:
    """Points ascend. Where nothing was promised in between, only states with the newest operation are new."""
    for moment in history.moments():
        newest = moment.pending[-1] if moment.pending and moment.pending[-1] == moment.point - 1 else None
        for part in history.parts(moment.pending):
            if newest is None or newest in part:
                for tree in history.trees(moment, part):
                    yield State(tree, moment.point)


def some(history: History, points: range, count: int, dice: random.Random) -> Iterator[State]:
    moments = [moment for moment in history.moments() if moment.point in points]
    for _ in range(count):
        moment = dice.choice(moments)
        trees = list(history.trees(moment, history.random_part(moment.pending, dice)))
        yield State(dice.choice(trees), moment.point)
