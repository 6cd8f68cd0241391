#!/usr/bin/env python3
"""A disk that is full and an /etc that cannot be written, for real, in a mount namespace of its own: what is installed
stays, the state says why, and when there is room again everything goes on by itself.

    disk_test.py BIN
"""

import os
import pathlib
import subprocess
import sys
import unittest

import pair
import points
from world import World

BIN = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


class Disk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World(BIN.resolve())
        cls.addClassCleanup(cls.world.close)
        points.prepare(cls.world)

    def setUp(self):
        self.root = self.world.root
        self.mounted = []
        self.addCleanup(self.clean)

    def clean(self):
        self.world.stop()
        self.world.stop_deployer()
        for place in reversed(self.mounted):
            subprocess.run(["umount", "--lazy", place], check=True)

    def put_on_small_disk(self, folder: pathlib.Path) -> pathlib.Path:
        """What lies there is on a file system of one MiB now, which a file fills. Returns that."""
        content = self.world.home / "content"
        subprocess.run(["cp", "-a", folder, content], check=True)
        mount("-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", str(folder))
        self.mounted.append(folder)
        subprocess.run(["cp", "-a", f"{content}/.", folder], check=True)
        subprocess.run(["rm", "-r", content], check=True)
        filler = folder / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass
        return filler

    def put_below_overlay(self, folder: pathlib.Path) -> None:
        """As on an image that is booted: a lower layer, and an upper one in memory."""
        layers = self.world.home / "layers"
        layers.mkdir()
        mount("-t", "tmpfs", "tmpfs", str(layers))
        self.mounted.append(layers)
        for name in ("upper", "work"):
            (layers / name).mkdir()
        subprocess.run(["cp", "-a", folder, layers / "lower"], check=True)
        mount("-t", "overlay", "overlay", "-o",
              f"lowerdir={layers}/lower,upperdir={layers}/upper,workdir={layers}/work", str(folder))
        self.mounted.append(folder)

    def state_says(self, what: str) -> bool:
        shown = subprocess.run([self.world.bin / "scepctl", "show", "web"], env=self.world.environment, check=False,
                               capture_output=True, text=True)
        return what in shown.stdout

    def expect_failure(self, what: str) -> None:
        self.world.start()
        self.assertTrue(self.world.wait(lambda: self.world.is_ready and self.state_says(what), points.HAPPENS),
                        self.world.said())
        self.assertEqual(pair.generation_of(self.root), 1, pair.describe(self.root))

    def expect_success(self) -> None:
        self.assertTrue(self.world.wait(self.world.settled, points.HAPPENS), self.world.said())
        self.assertEqual(pair.generation_of(self.root), 2, pair.describe(self.root))
        self.assertEqual([name for name in pair.names(self.root) if name.endswith((".tmp", ".scepd"))], [])

    def test_of_a_target_is_full(self):
        self.world.restore("issued-2")
        filler = self.put_on_small_disk(self.root / "etc/nginx")
        self.expect_failure("No space left on device")
        filler.unlink()
        self.expect_success()

    def test_of_the_state_is_full(self):
        self.world.restore("renewable")
        filler = self.put_on_small_disk(self.root / "var/lib/scepd")
        self.expect_failure("No space left on device")
        filler.unlink()
        self.expect_success()

    def test_of_the_deployers_memory_is_full(self):
        self.world.restore("issued-2")
        filler = self.put_on_small_disk(self.root / "var/lib/scepd-deploy")
        self.expect_failure("No space left on device")
        filler.unlink()
        self.expect_success()

    def test_below_etc_is_an_overlay_that_is_read_only(self):
        self.world.restore("issued-2")
        self.put_below_overlay(self.root / "etc")
        mount("-o", "remount,ro", str(self.root / "etc"))
        self.expect_failure("Read-only file system")
        mount("-o", "remount,rw", str(self.root / "etc"))
        self.expect_success()


if __name__ == "__main__":
    if "SWEEP_NAMESPACE" not in os.environ:
        os.environ["SWEEP_NAMESPACE"] = "1"
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        os.execvp("unshare", ["unshare", "--mount", *as_root, sys.executable, sys.argv[0], str(BIN),
                               *sys.argv[1:]])
    unittest.main()
