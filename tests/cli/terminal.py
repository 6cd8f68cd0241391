"""Runs a command as in a terminal of 80 columns, or in a pipe, and keeps what it writes."""

import dataclasses
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable

COLUMNS = 80
DEADLINE = 30.0


@dataclasses.dataclass
class Said:
    out: str = ""
    err: str = ""  # empty in a terminal, where both are one
    code: int = 0


class Running:
    """A command; `read` gives what has come, and waits for more."""

    def __init__(self, command: list[str], environment: dict[str, str], terminal: bool):
        if terminal:
            self.ours, theirs = pty.openpty()
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
            self.process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
                                            start_new_session=True)
            os.close(theirs)
            self.streams = {self.ours: b""}
        else:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE, env=environment)
            self.streams = {self.process.stdout.fileno(): b"", self.process.stderr.fileno(): b""}
        self.open = set(self.streams)
        self.deadline = time.monotonic() + DEADLINE

    def text(self) -> list[str]:
        return [content.decode().replace("\r\n", "\n") for content in self.streams.values()]

    def read(self) -> None:
        """Waits for some output or an end of it."""
        readable, _, _ = select.select(self.open, [], [], max(0.0, self.deadline - time.monotonic()))
        if not readable:
            self.process.kill()
            raise RuntimeError(f"{self.process.args} hangs; it said {self.text()}")
        for stream in readable:
            try:
                content = os.read(stream, 65536)
            except OSError:  # a terminal that nobody has open
                content = b""
            self.streams[stream] += content
            if not content:
                self.open.discard(stream)

    def read_until(self, pattern: str) -> None:
        while self.open and not re.search(pattern, self.text()[0]):
            self.read()

    def finish(self) -> Said:
        while self.open:
            self.read()
        code = self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
            self.process.stderr.close()
            return Said(*self.text(), code=code)
        os.close(self.ours)
        return Said(self.text()[0], "", code)


def run(command: list[str], environment: dict[str, str], terminal: bool,
        meanwhile: Callable[[Running], None] | None = None) -> Said:
    """`meanwhile` does what the command is to see and ends it."""
    running = Running(command, environment, terminal)
    if meanwhile:
        meanwhile(running)
    return running.finish()


def interrupt(running: Running) -> None:
    running.process.send_signal(signal.SIGINT)


# ---- what it looks like ----

def final(text: str) -> str:
    """As it stands there in the end: progress is written over."""
    return re.sub(r"[^\n]*\r\x1b\[K", "", text)


def visible(text: str) -> str:
    return text.replace("\x1b", "␛").replace("\r", "␍").replace("\t", "␉")


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)


def wide_lines(text: str) -> list[str]:
    """Those that a terminal would break."""
    return [line for line in re.split(r"[\r\n]", plain(text)) if len(line) > COLUMNS]
