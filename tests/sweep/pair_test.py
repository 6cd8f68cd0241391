#!/usr/bin/env python3
"""What the sweep looks at can be wrong, and then it is seen: pairs of openssl's, broken on purpose."""

import pathlib
import subprocess
import tempfile
import types
import unittest

import calls
import pair
import points

POINT = points.Point(points.OPERATIONS[0], "fsync", 1, "SIGKILL")


def make_pair(folder: pathlib.Path) -> None:
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc",
                    "-subj", "/CN=web", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, stderr=subprocess.DEVNULL)


class Broken(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        for number in (1, 2):
            folder = self.root / pair.STORE / f"generation-{number}"
            folder.mkdir(parents=True)
            make_pair(folder)
            (folder / "chain.pem").write_text("")
            (folder / "facts.toml").write_text("")
        (self.root / pair.STORE / "current").symlink_to("generation-2")
        (self.root / "hook").write_text("deployed 2\n")
        self.install(2)
        self.names = None

    def install(self, number: int, *files: str) -> None:
        for file, content in pair.expected(pair.generations(self.root)[number]).items():
            if not files or file in files:
                (self.root / file).parent.mkdir(parents=True, exist_ok=True)
                (self.root / file).write_bytes(content)

    def findings(self) -> points.Outcome:
        outcome = points.Outcome()
        world = types.SimpleNamespace(root=self.root, hook_failed=lambda: False)
        names = pair.names(self.root) if self.names is None else self.names
        points.look_at_the_end(world, POINT, points.Undisturbed({}, names), outcome)
        return outcome

    def test_not_at_all(self):
        self.assertEqual(self.findings(), points.Outcome())

    def test_by_a_key_of_another_generation(self):
        self.install(1, "etc/nginx/scepd/web/key.pem")
        self.assertIsNone(pair.generation_of(self.root))
        self.assertEqual(pair.damage(self.root), [])
        self.assertEqual(self.findings().bad, ["generation 2 is in use: fullchain.pem 2, key.pem 1, combined.pem 2"])

    def test_by_a_target_that_was_forgotten(self):
        self.install(1, "etc/ssl/scepd/web/combined.pem")
        self.assertEqual(self.findings().bad, ["generation 2 is in use: fullchain.pem 2, key.pem 2, combined.pem 1"])

    def test_by_an_empty_file(self):
        (self.root / "etc/nginx/scepd/web/key.pem").write_bytes(b"")
        self.assertEqual(pair.damage(self.root), ["etc/nginx/scepd/web/key.pem"])
        self.assertIsNone(pair.generation_of(self.root))

    def test_by_half_a_file(self):
        path = self.root / "etc/ssl/scepd/web/combined.pem"
        path.write_bytes(path.read_bytes()[:100])
        self.assertEqual(pair.damage(self.root), ["etc/ssl/scepd/web/combined.pem"])

    def test_by_a_file_that_is_missing(self):
        (self.root / "etc/nginx/scepd/web/key.pem").unlink()
        self.assertIsNone(pair.generation_of(self.root))

    def test_by_a_key_that_does_not_fit_although_all_hold_it(self):
        store = self.root / pair.STORE
        (store / "generation-2/key.pem").write_bytes((store / "generation-1/key.pem").read_bytes())
        self.install(2)
        self.assertEqual(self.findings().bad, ["key and certificate do not fit"])

    def test_by_what_was_left_behind_and_what_is_missing(self):
        self.names = pair.names(self.root) | {"var/lib/scepd-deploy"}
        (self.root / "etc/nginx/scepd/web/.key.pem.scepd").touch()
        self.assertEqual(self.findings().lost, ["etc/nginx/scepd/web/.key.pem.scepd was left behind",
                                                "var/lib/scepd-deploy is missing"])

    def test_by_a_hook_that_was_owed(self):
        (self.root / "hook").write_text("deployed 1\n")
        self.assertEqual(self.findings().lost, ["the hook was not told of generation 2"])


class Traces(unittest.TestCase):
    def test_are_counted_by_thread(self):
        with tempfile.NamedTemporaryFile("w") as trace:
            trace.write("12 openat(3, \"a\") = 4\n12 fsync(4) = 0\n13 openat(3, \"b\" <unfinished ...>\n"
                        "12 openat(3, \"c\") = 5\n13 <... openat resumed>) = 6\n12 +++ exited with 0 +++\n")
            trace.flush()
            self.assertEqual(calls.counts(pathlib.Path(trace.name)), {"openat": 2, "fsync": 1})

    def test_become_points(self):
        found = [str(point) for point in points.points_of(POINT.operation, {"execve": 1, "fsync": 2, "getpid": 1})]
        self.assertIn("scepd-deploy/first deployment/fsync/2/ENOSPC", found)
        self.assertIn("scepd-deploy/first deployment/fsync/1/SIGKILL-both", found)
        self.assertIn("scepd-deploy/first deployment/getpid/1/SIGKILL", found)
        self.assertFalse([name for name in found if "execve" in name])


if __name__ == "__main__":
    unittest.main()
