"""Which system calls a program makes, and how each of them can fail."""

import collections
import pathlib
import re

FULL = ("ENOSPC", "EDQUOT")
MAKES = ("EIO", "EROFS", "ENOMEM", *FULL)
CHANGES = ("EIO", "EROFS", "ENOMEM")
OPENS = ("EMFILE", "EINTR", *MAKES)
LOOKS = ("EIO", "ENOMEM")
WAITS = ("EINTR", "ENOMEM")
DESCRIPTORS = ("EMFILE", "ENOMEM")

ERRORS = {
    **dict.fromkeys(("open", "openat", "openat2", "creat"), OPENS),
    **dict.fromkeys(("write", "pwrite64", "writev"), ("EIO", "EINTR", *FULL)),
    **dict.fromkeys(("read", "pread64"), ("EIO", "EINTR", "ENOMEM")),
    **dict.fromkeys(("fsync", "fdatasync"), ("EIO", "EINTR", *FULL)),
    "close": ("EIO", "EINTR", *FULL),
    **dict.fromkeys(("rename", "renameat", "renameat2", "mkdir", "mkdirat", "symlink", "symlinkat", "link", "linkat"),
                    MAKES),
    **dict.fromkeys(("unlink", "unlinkat", "rmdir"), CHANGES),
    **dict.fromkeys(("chmod", "fchmod", "fchmodat", "chown", "fchown", "fchownat", "ftruncate"), (*CHANGES, "EDQUOT")),
    **dict.fromkeys(("stat", "fstat", "lstat", "newfstatat", "statx", "access", "faccessat2", "readlink", "readlinkat",
                     "getdents64"), LOOKS),
    **dict.fromkeys(("mmap", "mprotect", "mremap", "brk"), ("ENOMEM",)),
    **dict.fromkeys(("clone", "clone3", "fork", "vfork", "execve"), ("ENOMEM",)),
    **dict.fromkeys(("pipe2", "socket", "socketpair", "accept4", "eventfd2", "timerfd_create", "epoll_create1",
                     "inotify_init1", "signalfd4", "pidfd_open", "dup", "dup3"), DESCRIPTORS),
    "inotify_add_watch": ("ENOSPC", "ENOMEM"),
    "epoll_ctl": ("ENOMEM", "ENOSPC"),
    **dict.fromkeys(("epoll_wait", "epoll_pwait", "poll", "ppoll", "select", "pselect6", "flock", "wait4", "waitid",
                     "connect", "sendmsg", "sendto", "recvmsg", "recvfrom", "getrandom", "fcntl"), WAITS),
}

# From the N-th call on every one fails: a disk that is full or has been remounted stays so for a while.
LASTING = {"write": "ENOSPC", "fsync": "EIO", "renameat2": "EROFS", "rename": "EROFS"}

CALL = re.compile(r"^(?:(\d+) +)?(\w+)\(")


def counts(trace: pathlib.Path) -> dict[str, int]:
    """How often a thread makes each call, of all threads the one that does so most often."""
    found: collections.Counter = collections.Counter()
    for line in trace.read_text(errors="replace").splitlines():
        if match := CALL.match(line):
            found[match.group(1, 2)] += 1
    most: dict[str, int] = {}
    for (_, call), count in found.items():
        most[call] = max(most.get(call, 0), count)
    return most


def faults(call: str) -> list[str]:
    """What can happen at a call: to be killed, to fail, and to fail from then on."""
    lasting = [LASTING[call] + "+"] if call in LASTING else []
    return ["SIGKILL", *ERRORS.get(call, ()), *lasting]


def injection(call: str, number: int, fault: str) -> str:
    what = "signal=SIGKILL" if fault == "SIGKILL" else "error=" + fault.rstrip("+")
    return f"-e trace={call} -e inject={call}:{what}:when={number}{'+' if fault.endswith('+') else ''}"


def was_reached(trace: pathlib.Path) -> bool:
    text = trace.read_text(errors="replace") if trace.exists() else ""
    return "(INJECTED)" in text or "killed by SIGKILL" in text
