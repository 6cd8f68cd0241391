"""A small system below a temporary root: a private bus, two CAs and the real scepd. Root and names are as long in
every run, so that tables have the same columns."""

import json
import os
import pathlib
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "sweep"))

from world import BUS, HOOK, end, wait_for_end  # noqa: E402

DEADLINE = 30.0
ZONE = "CET-1"  # wherever the test runs; people are told local times
SETTINGS = """groups = ["office"]

[endpoint]
hostname = "pc-0417"
fqdn = "pc-0417.example.com"

[renewal]
spacing = "0s"
"""


class Stage:
    """Nothing runs but the bus and the CAs before start()."""

    def __init__(self, binaries: pathlib.Path):
        self.bin = binaries
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="scepd-cli-", dir="/tmp"))
        self.root = self.home / "root"
        self.log = open(self.home / "log", "ab")
        self.processes: list[subprocess.Popen] = []
        self.listener: threading.Thread | None = None
        self.news = threading.Condition()
        self.told, self.is_ready = 0, False
        self.environment = {"PATH": os.environ["PATH"], "TZ": ZONE, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
                            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.home}/socket",
                            **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}}
        try:
            self.start_bus()
            self.make_root()
        except BaseException:
            self.close()
            raise

    # ---- what is there ----

    def start_bus(self) -> None:
        (self.home / "services").mkdir()
        (self.home / "services/org.scepd1.Deployer.service").write_text(
            f"[D-BUS Service]\nName=org.scepd1.Deployer\nExec={self.bin}/scepd-deploy --root={self.root}\n")
        (self.home / "bus.conf").write_text(BUS.format(home=self.home))
        self.first_line("dbus-daemon", f"--config-file={self.home}/bus.conf", "--nofork", "--nopidfile",
                        "--print-address")

    def make_root(self) -> None:
        for folder in ("etc/scepd/profiles.d", "etc/scepd/hooks.d", "etc/scepd/secrets", "run/systemd/timesync"):
            (self.root / folder).mkdir(parents=True)
        for folder in ("etc/scepd", "etc/scepd/profiles.d", "etc/scepd/hooks.d"):
            (self.root / folder).chmod(0o755)
        (self.root / "run/systemd/timesync/synchronized").touch()
        (self.root / "etc/machine-id").write_text("0123456789abcdef0123456789abcdef\n")
        (self.root / "etc/scepd/scepd.toml").write_text(SETTINGS)
        (self.root / "etc/scepd/scepd.toml").chmod(0o644)  # which the doctor finds
        hook = self.root / "etc/scepd/hooks.d/note"
        hook.write_text(HOOK.format(root=self.root))
        hook.chmod(0o755)
        self.secret("office", "open sesame")
        self.secret("guess", "open barley")
        office = self.start_ca("office", "--challenge-file", str(self.root / "etc/scepd/secrets/office"))
        slow = self.start_ca("slow", "--pending")
        for profile in HERE.glob("profiles/*.toml"):
            self.drop(profile, office, slow)

    def secret(self, name: str, text: str) -> None:
        path = self.root / "etc/scepd/secrets" / name
        path.write_text(text + "\n")
        path.chmod(0o600)

    def start_ca(self, name: str, *options: str) -> tuple[str, str]:
        """Its URL and fingerprint. Certificates live forty days and a half, which is no number that rounds."""
        line = self.first_line(str(self.bin / "scepd-test-ca"), "--state", str(self.home / name),
                               "--name", f"Example {name} CA", "--lifetime", str(81 * 12 * 3600), *options)
        _, url, fingerprint = line.split()
        return url, fingerprint

    def drop(self, profile: pathlib.Path, office: tuple[str, str], slow: tuple[str, str]) -> None:
        text = profile.read_text()
        for mark, value in [("@OFFICE@", office[0]), ("@OFFICE-FINGERPRINT@", office[1]), ("@SLOW@", slow[0]),
                            ("@SLOW-FINGERPRINT@", slow[1])]:
            text = text.replace(mark, value)
        self.write_profile(profile.name, text)

    def write_profile(self, name: str, text: str) -> None:
        """In one step, as scepd watches the folder."""
        path = self.home / name
        path.write_text(text)
        path.chmod(0o600)
        path.rename(self.root / "etc/scepd/profiles.d" / name)

    # ---- programs ----

    def first_line(self, *command: str) -> str:
        """Of a program that says there that it is ready."""
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, env=self.environment)
        self.processes.append(process)
        readable, _, _ = select.select([process.stdout], [], [], DEADLINE)
        line = process.stdout.readline().decode() if readable else ""
        if not line:
            raise RuntimeError(f"{command[0]} does not start: {self.said()}")
        return line

    def start(self) -> None:
        """scepd, which tells a socket whenever it has made up its mind, as it tells systemd."""
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(str(self.home / "notify"))
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()
        command = [self.bin / "scepd", f"--root={self.root}", f"--enroll-program={self.bin}/scepd-enroll"]
        environment = dict(self.environment, NOTIFY_SOCKET=str(self.home / "notify"))
        self.processes.append(subprocess.Popen(command, stdout=self.log, stderr=self.log, env=environment))
        self.until(lambda: self.is_ready)

    def listen(self) -> None:
        """Until something empty comes. A socket that nobody reads is full soon, and scepd would wait for it."""
        while notice := self.notices.recv(4096):
            with self.news:
                self.is_ready |= b"READY=1" in notice
                self.told += 1
                self.news.notify_all()

    def until(self, condition: Callable[[], bool]) -> None:
        """Looks whenever scepd has said something, and at first. Throws when it is not so in time."""
        deadline = time.monotonic() + DEADLINE
        known = -1
        while True:
            with self.news:
                if not self.news.wait_for(lambda: self.told > known, max(0.0, deadline - time.monotonic())):
                    raise RuntimeError(f"it did not come to that; scepd wrote:\n{self.said()}")
                known = self.told
            if condition():
                return

    def call(self, *arguments: str) -> str:
        """What scepctl prints, which must succeed."""
        result = subprocess.run([self.bin / "scepctl", *arguments], capture_output=True, text=True, timeout=DEADLINE,
                                env=self.environment)
        if result.returncode != 0:
            raise RuntimeError(f"scepctl {' '.join(arguments)}: {result.stdout}{result.stderr}{self.said()}")
        return result.stdout

    def certificate(self, name: str) -> dict:
        return json.loads(self.call("show", name, "--json"))

    def said(self) -> str:
        return (self.home / "log").read_text(errors="replace")

    def close(self) -> None:
        """scepd first, the bus last; a deployer ends when its bus does."""
        for process in reversed(self.processes):
            end(process)
        for pid in deployers(self.root):
            wait_for_end(pid, 10)
        if self.listener:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"", str(self.home / "notify"))
            self.listener.join()
            self.notices.close()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)


def deployers(root: pathlib.Path) -> list[int]:
    """Those that the bus has started below the root and that run still."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"--root={root}".encode() in words:
            found.append(int(folder.name))
    return found
