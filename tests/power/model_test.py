#!/usr/bin/env python3
"""The model of the disk loses what a disk may lose and nothing else, and the checks can fail."""

import dataclasses
import pathlib
import tempfile
import unittest

import check
import machine
import states
import strace
from model import Disk, Entries, Inode, Mode, Operation, Promise, Sync, Tree, Write
from recording import Recording

DIRECTORY, OLD, NEW, LINK = 1, 2, 3, 4


def recorded(*operations: Operation) -> Recording:
    """On a disk with a directory d, a file d/old in it, and two inodes that are not named yet."""
    disk = Disk.empty()
    disk.inodes |= {DIRECTORY: Inode("directory", 0o755), OLD: Inode("file", 0o600, b"old"),
                    NEW: Inode("file", 0o600), LINK: Inode("link", 0o777, b"old")}
    disk.entries = {0: {"d": DIRECTORY}, DIRECTORY: {"old": OLD}}
    return Recording(disk, list(operations), disk.after(operations))


def named(name: str, inode: int | None) -> Entries:
    return Entries(((DIRECTORY, name, inode),))


def renamed(name: str, inode: int, to: str) -> Entries:
    return Entries(((DIRECTORY, name, None), (DIRECTORY, to, inode)))


def contents(tree: Tree) -> dict[str, bytes]:
    return {path.removeprefix("d/"): inode.data for path, (_, inode) in tree.items() if path.startswith("d/")}


def left(*operations: Operation, barriers: bool = True) -> list[dict[str, bytes]]:
    """What is in d when the power failed after the last operation."""
    history = states.History(recorded(*operations), barriers)
    moment = list(history.moments())[-1]
    found = [contents(tree) for part in history.parts(moment.pending) for tree in history.trees(moment, part)]
    return [tree for index, tree in enumerate(found) if tree not in found[:index]]


class Disks(unittest.TestCase):
    def test_a_file_that_is_not_flushed_may_be_there_empty_torn_with_zeros_whole_or_not_at_all(self):
        self.assertCountEqual(left(named("new", NEW), Write(NEW, 0, b"12345678")), [
            {"old": b"old"}, *({"old": b"old", "new": data} for data in (b"", b"1234", bytes(8), b"12345678"))])

    def test_a_large_write_may_end_with_its_first_page(self):
        sizes = {len(tree.get("new", b"")) for tree in left(named("new", NEW), Write(NEW, 0, b"x" * 10000))}
        self.assertEqual(sizes, {0, 4096, 5000, 10000})

    def test_a_flushed_file_without_a_flushed_name_is_whole_or_not_there(self):
        self.assertCountEqual(left(named("new", NEW), Write(NEW, 0, b"new"), Sync(NEW)),
                              [{"old": b"old"}, {"old": b"old", "new": b"new"}])

    def test_a_file_that_is_replaced_without_a_flush_may_lose_both_contents(self):
        self.assertIn({"old": b""}, left(named("new", NEW), Write(NEW, 0, b"new"), renamed("new", NEW, "old")))

    def test_a_file_that_is_replaced_as_it_should_be_is_the_old_or_the_new_one(self):
        steps = [named("new", NEW), Write(NEW, 0, b"new"), Sync(NEW), renamed("new", NEW, "old")]
        self.assertCountEqual(left(*steps), [{"old": b"old"}, {"old": b"old", "new": b"new"}, {"old": b"new"}])
        self.assertEqual(left(*steps, Sync(DIRECTORY)), [{"old": b"new"}])

    def test_without_barriers_nothing_is_durable(self):
        steps = [named("new", NEW), Write(NEW, 0, b"new"), Sync(NEW), renamed("new", NEW, "old"), Sync(DIRECTORY)]
        self.assertIn({"old": b"old"}, left(*steps, barriers=False))
        self.assertIn({"old": b""}, left(*steps, barriers=False))

    def test_an_exchange_is_whole(self):
        exchange = Entries(((DIRECTORY, "new", OLD), (DIRECTORY, "old", NEW)))
        self.assertCountEqual(left(named("new", NEW), Sync(DIRECTORY), exchange),
                              [{"old": b"old", "new": b""}, {"old": b"", "new": b"old"}])

    def test_operations_on_different_names_change_their_order(self):
        self.assertIn({"link": b"old"}, left(named("new", NEW), named("link", LINK), named("old", None)))

    def test_operations_on_one_name_keep_their_order(self):
        found = left(named("new", NEW), named("new", None), named("new", LINK))
        self.assertCountEqual(found, [{"old": b"old"}, *({"old": b"old", "new": data} for data in (b"", b"old"))])

    def test_a_directory_that_is_not_flushed_takes_what_it_holds_with_it(self):
        inner = recorded(Entries(((0, "e", LINK),)), Entries(((LINK, "new", NEW),)), Sync(NEW), Sync(LINK))
        inner.before.inodes[LINK] = Inode("directory", 0o755)
        trees = [set(state.tree) for state in states.every(states.History(inner))]
        self.assertIn({"d", "d/old"}, trees)
        self.assertIn({"d", "d/old", "e", "e/new"}, trees)

    def test_of_many_operations_those_with_few_lost_or_kept_are_tried(self):
        names = [f"f{i}" for i in range(states.ALL_OF + 2)]
        counts = {len(tree) - 1 for tree in left(*(named(name, NEW) for name in names))}
        self.assertEqual(counts, {1, 2, len(names) - 2, len(names) - 1})

    def test_every_state_is_found_that_is_left_at_any_moment(self):
        steps = [named("new", NEW), Mode(NEW, 0o640), Write(NEW, 0, b"new"), Sync(NEW), renamed("new", NEW, "old"),
                 Promise("stored"), Sync(DIRECTORY), named("link", LINK)]
        found = [contents(state.tree) for state in states.every(states.History(recorded(*steps)))]
        for length in range(len(steps) + 1):
            for tree in left(*steps[:length]):
                self.assertIn(tree, found)

    def test_of_equal_states_the_one_with_more_promises_counts(self):
        count, distinct = states.collect(states.every(states.History(recorded(named("new", NEW), Promise("stored")))))
        self.assertEqual((count, len(distinct)), (5, 2))
        self.assertEqual({state.point for state in distinct}, {2})


class Traces(unittest.TestCase):
    def test_interrupted_calls_are_put_together_and_failed_ones_left_out(self):
        lines = [r'7 execve("\x2f\x62\x2f\x61", ["\x61"], 0x1 /* 3 vars */) = 0',
                 r'7 fsync(3<\x2f\x64> <unfinished ...>',
                 r'8 unlink("\x2f\x78") = -1 ENOENT (No such file or directory)', '7 <... fsync resumed>) = 0',
                 '7 +++ exited with 0 +++']
        self.assertEqual([(call.program, call.name) for call in strace.calls(lines)], [("a", "execve"), ("a", "fsync")])

    def test_structures_are_one_argument(self):
        call = next(strace.calls([r'7 newfstatat(3<\x2f>, "\x78", {st_dev=makedev(0xfe, 0), st_ino=12}, 0) = 0']))
        self.assertEqual(len(call.arguments), 4)
        self.assertEqual(strace.text(call.arguments[1]), b"x")
        self.assertIn("st_ino=12", call.arguments[2])


class Machines(unittest.TestCase):
    def test_records_get_the_inodes_of_the_directory(self):
        disk = recorded().before
        disk.inodes[OLD] = dataclasses.replace(disk.inodes[OLD], number=77)
        tree = disk.tree() | {path: (9, Inode("directory", 0o755)) for path in ("var", "var/lib", check.DEPLOYER[:-1],
                                                                                check.INTENTS[:-1])}
        tree[check.INTENTS + "web"] = (10, Inode("file", 0o600, b"file 77 /d/old\nfile 78 /d/new\nfile 0 /d/x\n"))
        with machine.plain(tree) as root:
            number = (root / "d/old").stat().st_ino
            self.assertEqual((root / check.INTENTS / "web").read_text(),
                             f"file {number} /d/old\nfile {machine.NO_INODE} /d/new\nfile 0 /d/x\n")

    def test_a_tree_is_made_of_another_one_by_renaming_what_has_another_name(self):
        before = recorded()
        after = before.before.after([Entries(((DIRECTORY, "old", NEW), (DIRECTORY, "new", OLD)))]).tree()
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            machine.lay(before.before.tree(), root, {})
            number = (root / "d/old").stat().st_ino
            machine.lay(after, root, before.before.tree())
            self.assertEqual((root / "d/new").stat().st_ino, number)
            self.assertEqual([(root / "d/new").read_bytes(), (root / "d/old").read_bytes()], [b"old", b""])


STORE = check.STORE + "web/"


def store(number: int) -> check.Files:
    """A machine with one generation, installed."""
    text = {f"{STORE}generation-{number}/{name}": f"x = '{name} {number}'" for name in check.GENERATION}
    text |= {"etc/ssl/scepd/web/cert.pem": f"cert {number}", "etc/ssl/scepd/web/key.pem": f"PRIVATE KEY {number}",
             check.DEPLOYER + "deployed/web": "format\nend\n", STORE + "history.toml": "x = 1",
             STORE + "transaction.key": "PRIVATE KEY", STORE + "transaction.csr": "csr"}
    return {path: Inode("file", 0o600, data.encode()) for path, data in text.items()} | {
        STORE + "current": Inode("link", 0o777, f"generation-{number}".encode())}


class Checks(unittest.TestCase):
    def setUp(self):
        self.old, self.new = store(1), {**store(1), **store(2)}
        self.case = check.Case("web", self.old, self.new, self.old, 1, 2, 0, 3)

    def said(self, found: check.Files, point: int) -> str:
        tree = {path: (0, inode) for path, inode in found.items()}
        return "; ".join(check.violations(self.case, tree, point))

    def test_the_old_state_is_good_until_something_was_promised(self):
        self.assertEqual(self.said(self.old, 0), "")
        self.assertIn("a request that the CA got is lost", self.said(self.old, 1))
        self.assertIn("a certificate that was reported as stored is lost", self.said(self.old, 2))
        self.assertIn("the targets hold the old pair", self.said(self.old, 3))

    def test_the_new_state_is_good(self):
        for point in range(4):
            self.assertEqual(self.said(self.new, point), "")

    def test_until_the_hooks_ran_a_new_installation_has_an_intent(self):
        self.case = dataclasses.replace(self.case, hooks_at=2)
        self.assertIn("hooks that are owed are forgotten", self.said(self.new, 1))
        self.assertEqual(self.said({**self.new, check.INTENTS + "web": Inode("file", 0o600, b"phase hooks\n")}, 1), "")
        self.assertEqual(self.said(self.new, 2), "")

    def test_each_damage_is_said(self):
        key, beside = "etc/ssl/scepd/web/key.pem", "etc/ssl/scepd/web/.key.pem.scepd"
        intent = check.INTENTS + "web"
        def with_file(path: str, data: bytes, mode: int = 0o600) -> check.Files:
            return {**self.new, path: Inode("file", mode, data)}
        def without(path: str) -> check.Files:
            return {other: inode for other, inode in self.new.items() if other != path}
        for found, sentence in [
                (with_file(key, self.old[key].data), "neither the old pair nor the new one: a mixture"),
                (with_file(key, b""), f"neither the old pair nor the new one: {key}"),
                (with_file(key, self.new[key].data, 0o644), f"others can read {key}"),
                (without(key), f"neither the old pair nor the new one: {key}"),
                (with_file(beside, b""), f"{beside} was left"),
                (with_file(intent, b"phase install\n"), "still under way"),
                (without(STORE + "current"), "current is lost"),
                (without(STORE + "generation-2/ca.pem"), "current leads to generation-2, which is not complete"),
                (with_file(STORE + "generation-1/key.pem", b""), "generation-1 is not complete"),
                (with_file(STORE + "generation-9/facts.toml", b"x = 1"), "generation-9 is not complete"),
                (with_file(STORE + "history.toml", b"x ="), "history.toml cannot be read"),
                (without(STORE + "history.toml"), "history.toml is lost"),
                (with_file(check.DEPLOYER + "damaged/intent-web", b""), "was damaged"),
                (with_file(check.DEPLOYER + "deployed/web", b"form"), "is cut off")]:
            with self.subTest(sentence):
                self.assertIn(sentence, self.said(found, 0))


if __name__ == "__main__":
    unittest.main()
