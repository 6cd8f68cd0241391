"""A world to break scepd in: a temporary root, a private bus, the test CA, and stand-ins that start the programs under
a trace when that is asked for. The bus and the CA stay from one point to the next, the root is copied anew."""

import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Callable

import pair

HERE = pathlib.Path(__file__).resolve().parent

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={home}/socket</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{home}/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
"""

# Runs the program; once behind the command that the plan says, when there is one.
STAND_IN = """#!/bin/sh
[ ! -e {home}/no-more/{program} ] || exit 1
[ ! -e {home}/once/{program} ] || mv {home}/once/{program} {home}/no-more/
echo $$ > {home}/pid/{program}
plan={home}/plan/{program} before=
if [ -e "$plan" ]; then
    read -r before < "$plan"
    rm "$plan"
fi
exec $before {bin}/{program} "$@"
"""

HOOK = """#!/bin/sh
echo "$SCEPD_EVENT $SCEPD_GENERATION" >> {root}/hook
"""


def end(process: subprocess.Popen | None, how: int = signal.SIGTERM) -> None:
    if process is None:
        return
    if process.poll() is None:
        process.send_signal(how)
    if not wait_for_end(process.pid, 10):
        process.kill()
    process.wait()


def wait_for_end(pid: int, seconds: float) -> bool:
    """Of a process that is not ours."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([fd], [], [], seconds)[0])
    finally:
        os.close(fd)


class World:
    def __init__(self, bin_directory: pathlib.Path):
        fast = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="scepd-sweep-", dir=os.environ.get("TMPDIR", fast)))
        self.bin = bin_directory
        self.root = self.home / "root"
        self.log = open(self.home / "log", "ab")
        self.scepd = self.asking = self.bus = self.ca = None
        self.environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.home}/socket")
        try:
            self.raise_stage()
        except BaseException:
            self.close()
            raise

    # ---- the stage ----

    def raise_stage(self) -> None:
        for folder in ("services", "pid", "plan", "trace", "before", "stand-in", "once", "no-more"):
            (self.home / folder).mkdir()
        for program in ("scepd", "scepd-enroll", "scepd-deploy"):
            self.write_program(self.stand_in(program),
                               STAND_IN.format(home=self.home, program=program, bin=self.bin))
        (self.home / "services/org.scepd1.Deployer.service").write_text(
            "[D-BUS Service]\nName=org.scepd1.Deployer\n"
            f"Exec={self.stand_in('scepd-deploy')} --root={self.root}\n")
        (self.home / "bus.conf").write_text(BUS.format(home=self.home))
        self.bus, _ = self.start_and_read("dbus-daemon", f"--config-file={self.home}/bus.conf", "--nofork",
                                          "--nopidfile", "--print-address")
        self.ca, lines = self.start_and_read(str(self.bin / "scepd-test-ca"), "--state", str(self.home / "ca"))
        _, url, fingerprint = lines.split()
        self.make_root(url, fingerprint)

    def stand_in(self, program: str) -> pathlib.Path:
        return self.home / "stand-in" / program

    @staticmethod
    def write_program(path: pathlib.Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    def start_and_read(self, *command: str) -> tuple[subprocess.Popen, str]:
        """A program that says on its first line that it is ready."""
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, env=self.environment)
        readable, _, _ = select.select([process.stdout], [], [], 20)
        line = process.stdout.readline().decode() if readable else ""
        if not line:
            end(process)
            raise RuntimeError(f"{command[0]} does not start: {self.said()}")
        return process, line

    def make_root(self, url: str, fingerprint: str) -> None:
        for folder in ("etc/scepd/profiles.d", "etc/scepd/hooks.d", "run/systemd/timesync"):
            (self.root / folder).mkdir(parents=True)
        (self.root / "run/systemd/timesync/synchronized").touch()
        (self.root / "etc/machine-id").write_text(os.urandom(16).hex() + "\n")
        (self.root / "etc/scepd/scepd.toml").write_text('[renewal]\nspacing = "0s"\n')
        profile = (HERE / "profile.toml").read_text().replace("@URL@", url).replace("@FINGERPRINT@", fingerprint)
        path = self.root / "etc/scepd/profiles.d/web.toml"
        path.write_text(profile)
        path.chmod(0o600)
        self.write_program(self.root / "etc/scepd/hooks.d/note", HOOK.format(root=self.root))

    def said(self) -> str:
        """What the programs wrote since forget()."""
        return (self.home / "log").read_text(errors="replace")

    def forget(self) -> None:
        os.truncate(self.home / "log", 0)

    # ---- roots ----

    def keep(self, name: str) -> None:
        """The root as it is now is one to begin with."""
        subprocess.run(["cp", "-a", str(self.root), str(self.home / "before" / name)], check=True)

    def restore(self, name: str) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.home / "before" / name), str(self.root)], check=True)

    # ---- programs ----

    def plan(self, program: str, before: str) -> None:
        """The next start of the program is behind this command."""
        (self.home / "plan" / program).write_text(before + "\n")

    def start(self) -> None:
        """Starts scepd, as systemd would: it tells a socket when it is there and whenever it has made up its mind."""
        (self.home / "notify").unlink(missing_ok=True)
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(str(self.home / "notify"))
        command = [self.stand_in("scepd"), f"--root={self.root}", f"--enroll-program={self.stand_in('scepd-enroll')}"]
        self.scepd = subprocess.Popen(command, stdout=self.log, stderr=self.log, start_new_session=True,
                                      env=dict(self.environment, NOTIFY_SOCKET=str(self.home / "notify")))
        self.scepd_fd = os.pidfd_open(self.scepd.pid)
        self.is_ready = False

    def let_deployers_start(self, once: bool = False) -> None:
        """As often as somebody calls one, or no second one."""
        (self.home / "no-more/scepd-deploy").unlink(missing_ok=True)
        (self.home / "once/scepd-deploy").unlink(missing_ok=True)
        if once:
            (self.home / "once/scepd-deploy").touch()

    def ask(self, *command: str) -> None:
        """Starts a program that waits for an answer."""
        self.asking = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=self.environment)
        self.asking_fd = os.pidfd_open(self.asking.pid)

    def is_asking(self) -> bool:
        return self.asking is not None and self.asking.poll() is None

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Until the condition is true, looking at it whenever scepd says something. False when it is not in time, or
        scepd has ended."""
        deadline = time.monotonic() + seconds
        while not condition():
            remaining = max(0.0, deadline - time.monotonic())
            asking = [self.asking_fd] if self.is_asking() else []
            readable, _, _ = select.select([self.notices, self.scepd_fd, *asking], [], [], remaining)
            if self.scepd_fd in readable or not readable:
                return condition()
            if self.notices in readable:
                self.is_ready |= b"READY=1" in self.notices.recv(4096)
        return True

    def has_ended(self) -> bool:
        """Also while its tracer has not seen it yet, so that it cannot be waited for."""
        return self.scepd is None or bool(select.select([self.scepd_fd], [], [], 0)[0])

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.asking is not None:
            end(self.asking)
            os.close(self.asking_fd)
            self.asking = None
        if self.scepd is None:
            return
        end(self.scepd, how)
        os.close(self.scepd_fd)
        self.notices.close()
        self.scepd = None

    def deployer(self) -> int:
        """The process that the bus started last, if it still runs; 0 otherwise."""
        try:
            pid = int((self.home / "pid/scepd-deploy").read_text())
            return pid if str(self.root) in pathlib.Path(f"/proc/{pid}/cmdline").read_text() else 0
        except (FileNotFoundError, ProcessLookupError):
            return 0

    def stop_deployer(self) -> None:
        if pid := self.deployer():
            os.kill(pid, signal.SIGKILL)
            wait_for_end(pid, 10)

    def run(self, *command: str) -> bool:
        """Whether a program ends well, and within twenty seconds."""
        try:
            return subprocess.run(command, check=False, stdout=self.log, stderr=self.log, timeout=20,
                                  env=self.environment).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def recover(self) -> bool:
        """What scepd-recover.service does at boot."""
        return self.run(str(self.bin / "scepd-deploy"), "--recover", f"--root={self.root}")

    def close(self) -> None:
        self.stop()
        self.stop_deployer()
        end(self.bus)
        end(self.ca)
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    # ---- facts ----

    def issued(self) -> set[str]:
        """Serial numbers of all certificates that the CA has given out."""
        log = self.home / "ca/requests.log"
        text = log.read_text() if log.exists() else ""
        return set(re.findall(r"outcome=SUCCESS serial=(\w+)", text))

    def history(self) -> dict:
        """What scepd has written down; empty before the first time."""
        try:
            return tomllib.loads((self.root / pair.STORE / "history.toml").read_text())
        except FileNotFoundError:
            return {}

    def settled(self) -> bool:
        """Nothing is owed: what the store holds is installed and confirmed, and nobody waits for another."""
        history, current = self.history(), pair.current(self.root)
        deployment = history.get("deployment", {})
        return (current != 0 and deployment.get("generation") == current and deployment["confirmed"]
                and history["last-success"] >= history["requested"] and "pending" not in history)

    def complaint(self) -> str:
        """Why the last attempt or deployment failed; empty when none has."""
        history = self.history()
        deployment = history.get("deployment", {})
        if deployment.get("failures", 0) > 0:
            return deployment["error"] or "no reason"
        return (history["last-error"] or "no reason") if history.get("failures", 0) > 0 else ""

    def hook_failed(self) -> bool:
        """Whether the state says so."""
        rows = self.history().get("deployment", {}).get("targets", [])
        return ["hook note", "failed"] in [row[:2] for row in rows]
