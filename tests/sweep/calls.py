"""Which system calls a program makes, and how each of them can fail."""

import collections
import pathlib
import re

FULL = ("ENOSPC", "EDQUOT")
MAKES = ("EIO", "EROFS", "ENOMEM", *FULL)
CHANGES = ("EIO", "EROFS", "ENOMEM")
OPENS = ("EMFILE", "EINTR", *MAKES)
LOOKS = ("EIO", "ENOMEM")
DESCRIPTORS = ("EMFILE", "ENOMEM")

ERRORS = {
    **dict.fromkeys(("open", "openat", "openat2", "creat"), OPENS),
    **dict.fromkeys(("write", "pwrite64", "writev"), ("EIO", "EINTR", *FULL)),
    **dict.fromkeys(("read", "pread64"), ("EIO", "EINTR", "ENOMEM")),
    **dict.fromkeys(("fsync", "fdatasync"), ("EIO", "EINTR", *FULL)),
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
    **dict.fromkeys(("epoll_wait", "epoll_pwait", "wait4", "waitid", "getrandom"), ("EINTR",)),
    **dict.fromkeys(("poll", "ppoll", "select", "pselect6", "flock", "connect", "sendmsg", "sendto", "recvmsg",
                     "recvfrom"), ("EINTR", "ENOMEM")),
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


def faults(call: str, number: int) -> list[str]:
    """How a call can fail: once, and from then on. Where a tracer would do what no kernel does (leave a file open, lose
    a byte), faults.cpp does it."""
    found = list(ERRORS.get(call, ()))
    if call in LASTING:
        found.append(LASTING[call] + "+")
    if call == "close":
        found.append("late")
    if call == "write" and number == 1:
        found.append("short")
    return found


def command(call: str, number: int, fault: str, threads: bool, trace: pathlib.Path, library: pathlib.Path) -> str:
    """What to start a program behind, so that this happens to it."""
    preload = f"env LD_PRELOAD={library} SWEEP_TRACE={trace}"
    if fault == "short":
        return f"{preload} SWEEP_SHORT_WRITES=1"
    if fault == "late":
        return f"{preload} SWEEP_CLOSE={number}"
    what = "signal=SIGKILL" if fault.startswith("SIGKILL") else "error=" + fault.rstrip("+")
    when = f"{number}{'+' if fault.endswith('+') else ''}"
    return tracing(threads, trace) + f" -e trace={call} -e inject={call}:{what}:when={when} --"


def tracing(threads: bool, trace: pathlib.Path) -> str:
    """Without threads the tracer is nobody's parent, so that whoever started the program sees its own end."""
    return f"strace {'-f' if threads else '-D'} -o {trace}"


def failed(trace: pathlib.Path) -> bool:
    """Whether the call was come to and failed."""
    return trace.exists() and "(INJECTED)" in trace.read_text(errors="replace")
