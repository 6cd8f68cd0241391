#!/usr/bin/env python3
"""For comparison: certmonger, killed at every system call with which `getcert rekey` touches the key's or the
certificate's file, all its processes at once and then started again. Needs Debian's certmonger, strace and root.

    certmonger.py
"""

import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import calls
import pair
import world

SETTLES = 5.0


class Certmonger:
    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="certmonger-sweep-"))
        self.key, self.certificate = self.home / "out/key.pem", self.home / "out/cert.pem"
        (self.home / "services").mkdir()
        (self.home / "bus.conf").write_text(world.BUS.format(home=self.home))
        folders = {"REQUESTS": "requests", "CAS": "cas", "CONFIG": "config", "LOCAL_CA": "local"}
        self.environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={self.home}/socket",
                                CERTMONGER_TMPDIR=str(self.home),
                                **{f"CERTMONGER_{name}_DIR": f"{self.home}/state/{folder}"
                                   for name, folder in folders.items()})
        for folder in ("out", *(f"state/{name}" for name in folders.values())):
            (self.home / folder).mkdir(parents=True)
        self.bus = subprocess.Popen(["dbus-daemon", f"--config-file={self.home}/bus.conf", "--nofork", "--nopidfile",
                                     "--print-address"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.bus.stdout.readline()

    def start(self, *before: str) -> None:
        self.daemon = subprocess.Popen([*before, "certmonger", "-n", "-S", "-p", f"{self.home}/pid"],
                                       env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        for _ in range(200):
            if self.getcert("list").returncode == 0:
                return
        raise RuntimeError("certmonger does not answer")

    def stop(self) -> None:
        os.killpg(self.daemon.pid, signal.SIGKILL)
        self.daemon.wait()

    def getcert(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(["getcert", *arguments], env=self.environment, check=False, timeout=60,
                              capture_output=True, text=True)

    def close(self) -> None:
        world.end(self.bus)
        shutil.rmtree(self.home)

    def keep(self) -> None:
        for folder in ("out", "state"):
            shutil.copytree(self.home / folder, self.home / "before" / folder)

    def restore(self) -> None:
        for folder in ("out", "state"):
            shutil.rmtree(self.home / folder)
            shutil.copytree(self.home / "before" / folder, self.home / folder)

    def rekey(self, *options: str) -> str:
        """Under strace. Ends all at the first SIGKILL, or when it is done. Returns the trace."""
        self.restore()
        trace = self.home / "trace"
        os.mkfifo(trace)
        reader = os.open(trace, os.O_RDONLY | os.O_NONBLOCK)
        self.start("strace", "-f", "-P", str(self.key), "-P", str(self.certificate), *options, "-o", str(trace))
        asking = subprocess.Popen(["getcert", "rekey", "-i", "web", "-w"], env=self.environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        text = self.read(reader, asking)
        self.stop()
        world.end(asking)
        os.close(reader)
        trace.unlink()
        return text

    @staticmethod
    def read(reader: int, asking: subprocess.Popen) -> str:
        text = ""
        ended = os.pidfd_open(asking.pid)
        deadline = time.monotonic() + 60
        while "killed by SIGKILL" not in text and time.monotonic() < deadline:
            ready, _, _ = world.select.select([reader, ended], [], [], deadline - time.monotonic())
            if reader in ready:
                text += os.read(reader, 65536).decode(errors="replace")
            elif ready:
                break
        os.close(ended)
        return text

    def fits_in_time(self) -> bool:
        """After another start, until the certificate is watched again or the time is over."""
        self.start()
        deadline = time.monotonic() + SETTLES
        fits = False
        while not fits and time.monotonic() < deadline:
            fits = "status: MONITORING" in self.getcert("list", "-i", "web").stdout and pair.fits(self.key,
                                                                                                    self.certificate)
        self.stop()
        return fits


def main() -> None:
    certmonger = Certmonger()
    try:
        certmonger.start()
        certmonger.getcert("request", "-c", "SelfSign", "-I", "web", "-N", "CN=web", "-k", str(certmonger.key), "-f",
                           str(certmonger.certificate), "-w")
        certmonger.stop()
        certmonger.keep()
        trace = certmonger.home / "counted"
        trace.write_text(certmonger.rekey())
        tried = lost = 0
        for call, count in sorted(calls.counts(trace).items()):
            for number in range(1, count + 1):
                text = certmonger.rekey("-e", f"inject={call}:signal=SIGKILL:when={number}")
                if "killed by SIGKILL" not in text:
                    continue
                good = certmonger.fits_in_time()
                tried, lost = tried + 1, lost + (not good)
                print(f"certmonger/rekey/{call}/{number}/SIGKILL: {'a pair' if good else 'no pair'}", flush=True)
        print(f"certmonger, rekey: {tried} points, {lost} without a pair after {SETTLES:.0f} s")
    finally:
        certmonger.close()


if __name__ == "__main__":
    main()
