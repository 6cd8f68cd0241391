"""What happens in the sweep: the operations, their points, and what is looked at when a point was tried."""

import dataclasses
import pathlib
import re
import signal
import time
from collections.abc import Callable

import calls
import pair
from world import World

SETTLES = 5.0  # seconds from a restart to files that agree with the store
HAPPENS = 10.0  # seconds until something has failed or is done
# What a failure may keep from being written; the next exchange with the CA writes it.
WRITTEN_ANEW = {f"{pair.STORE}/authorities.toml", "var/lib/scepd/clock"}


@dataclasses.dataclass(frozen=True)
class Operation:
    program: str
    name: str
    before: str  # the root it begins with
    issues: int = 0  # certificates that the CA issues for it
    rolls_back: bool = False  # somebody asks for the generation before

    @property
    def has_threads(self) -> bool:
        return self.program == "scepd-enroll"

    @property
    def kills(self) -> list[str]:
        """Alone, and scepd with it: then nobody asks for the deployment again before the recovery as at boot."""
        return ["SIGKILL", "SIGKILL-both"] if self.program == "scepd-deploy" else ["SIGKILL"]


OPERATIONS = (
    Operation("scepd-deploy", "first deployment", "issued-1"),
    Operation("scepd-deploy", "renewal's deployment", "issued-2"),
    Operation("scepd-deploy", "rollback", "deployed-2", rolls_back=True),
    Operation("scepd-enroll", "enrollment", "empty", issues=1),
    Operation("scepd-enroll", "renewal", "renewable", issues=1),
    Operation("scepd", "enrollment", "empty", issues=1),
    Operation("scepd", "renewal", "renewable", issues=1),
    Operation("scepd", "rollback", "deployed-2", rolls_back=True),
)


@dataclasses.dataclass(frozen=True)
class Point:
    operation: Operation
    call: str
    number: int
    fault: str

    def __str__(self) -> str:
        operation = self.operation
        return f"{operation.program}/{operation.name}/{self.call}/{self.number}/{self.fault}"

    @property
    def kills(self) -> bool:
        return self.fault.startswith("SIGKILL")

    @property
    def kills_both(self) -> bool:
        return self.fault == "SIGKILL-both"

    @property
    def lasts(self) -> bool:
        return self.fault.endswith("+")


@dataclasses.dataclass
class Undisturbed:
    """An operation when nothing happens to it."""
    counts: dict[str, int]
    names: set[str]


@dataclasses.dataclass
class Outcome:
    reached: bool = False
    torn: bool = False  # after SIGKILL and before the recovery the targets held two generations
    told: bool = False  # the state said what had failed
    restarted: bool = False  # in order only after a daemon that ran was started again
    bad: list[str] = dataclasses.field(default_factory=list)  # pairs
    lost: list[str] = dataclasses.field(default_factory=list)  # what did not converge, or was left behind
    said: str = ""  # by the programs


def prepare(world: World) -> None:
    """The roots that operations begin with: nothing, an issued and a deployed certificate, and the one after it."""
    world.keep("empty")
    enroll = (str(world.bin / "scepd-enroll"), f"--root={world.root}")
    if not world.run(*enroll, "web"):
        raise RuntimeError(f"the first enrollment fails: {world.said()}")
    world.keep("issued-1")
    deploy_now(world)
    world.keep("deployed-1")
    ask_for_renewal(world.root)
    world.keep("renewable")
    world.restore("deployed-1")
    if not world.run(*enroll, "--renew", "web"):
        raise RuntimeError(f"the first renewal fails: {world.said()}")
    world.keep("issued-2")
    deploy_now(world)
    world.keep("deployed-2")


def deploy_now(world: World) -> None:
    world.start()
    done = world.wait(world.settled, HAPPENS)
    world.stop()
    if not done:
        raise RuntimeError(f"the certificate is not deployed: {world.said()}")


def ask_for_renewal(root: pathlib.Path) -> None:
    """As if somebody had asked and the daemon had ended before it began."""
    path = root / pair.STORE / "history.toml"
    microseconds = time.time_ns() // 1000
    text = re.sub(r"^requested = \d+", f"requested = {microseconds}", path.read_text(), flags=re.MULTILINE)
    path.write_text(text)


def begin(world: World, operation: Operation, behind: Callable[[pathlib.Path], str]) -> pathlib.Path:
    """Starts an operation with its program behind a command that knows where the trace lies; returns that."""
    world.stop_deployer()
    world.restore(operation.before)
    trace = world.home / "trace" / operation.program
    trace.unlink(missing_ok=True)
    world.plan(operation.program, behind(trace))
    world.start()
    if operation.rolls_back and world.wait(lambda: world.is_ready, HAPPENS):
        world.ask(str(world.bin / "scepctl"), "rollback", "web")
    return trace


def undisturbed(world: World, operation: Operation) -> Undisturbed:
    trace = begin(world, operation, lambda trace: calls.tracing(operation.has_threads, trace) + " --")
    if not world.wait(lambda: happened(world, operation, trace), HAPPENS) or world.complaint():
        raise RuntimeError(f"{operation.program}, {operation.name} does not work by itself: {world.said()}")
    counts = calls.counts(trace)
    world.stop()
    return Undisturbed(counts, pair.names(world.root))


def points_of(operation: Operation, counts: dict[str, int]) -> list[Point]:
    return [Point(operation, call, number, fault) for call, count in sorted(counts.items())
            for number in range(1, count + 1) for fault in operation.kills + calls.faults(call, number)
            if (call, number) != ("execve", 1)]  # the program's own start


def attempt(world: World, point: Point, plain: Undisturbed) -> Outcome:
    outcome = Outcome()
    world.forget()
    issued = len(world.issued())
    world.let_deployers_start(once=point.kills_both)
    trace = begin(world, point.operation, lambda trace: calls.command(
        point.call, point.number, point.fault, point.operation.has_threads, trace, world.bin / "sweep_faults.so"))
    world.wait(lambda: happened(world, point.operation, trace), HAPPENS)
    outcome.reached = was_killed(world, point.operation, trace) if point.kills else calls.failed(trace)
    outcome.told = world.complaint() not in ("", "no reason")
    look_at_once(world, point, outcome)
    if not converge(world, outcome):
        outcome.lost.append(f"not settled: {world.complaint()}")
    world.stop()
    look_at_the_end(world, point, plain, outcome)
    count = len(world.issued()) - issued
    if count != point.operation.issues:
        outcome.lost.append(f"{count} certificates were issued")
    outcome.said = world.said()
    return outcome


def happened(world: World, operation: Operation, trace: pathlib.Path) -> bool:
    """Something has failed, or all is done, which begins with the program's start."""
    if world.complaint():
        return True
    return trace.exists() and world.settled() and (not operation.rolls_back or pair.current(world.root) == 1 or not world.is_asking())


def was_killed(world: World, operation: Operation, trace: pathlib.Path) -> bool:
    if operation.program == "scepd":
        return world.has_ended()
    if operation.program == "scepd-enroll":
        return "by signal 9" in world.complaint()
    if not trace.exists():
        raise RuntimeError(f"{operation.program} was never started: {world.said()}")
    return "killed by SIGKILL" in trace.read_text(errors="replace")


def look_at_once(world: World, point: Point, outcome: Outcome) -> None:
    """After a failure the targets hold one generation; after SIGKILL every file is whole, and after the recovery as at
    boot they hold one again. A failure that lasts ends with the process that has it."""
    if point.lasts and point.operation.program == "scepd":
        world.stop()
    if point.operation.program != "scepd-deploy":
        return
    if point.kills_both:
        world.stop(signal.SIGKILL)
        outcome.torn = pair.generation_of(world.root) is None
        outcome.bad += [f"{file} is damaged" for file in pair.damage(world.root)]
        world.let_deployers_start()
        world.recover()
    if pair.generation_of(world.root) is None:
        outcome.bad.append(pair.describe(world.root))
    if point.lasts:
        world.stop_deployer()


def converge(world: World, outcome: Outcome) -> bool:
    """As systemd would, scepd is started when it has ended. What it could not write down it does again then."""
    for _ in range(2):
        if world.has_ended():
            world.stop()
            world.start()
        if world.wait(lambda: world.is_ready and world.settled(), SETTLES):
            return True
        outcome.restarted |= not world.has_ended()
        world.stop()
    return False


def look_at_the_end(world: World, point: Point, plain: Undisturbed, outcome: Outcome) -> None:
    current, there = pair.current(world.root), pair.generation_of(world.root)
    if there != current or current == 0:
        outcome.bad.append(f"generation {current} is in use: {pair.describe(world.root)}")
    directory = world.root / pair.STORE / f"generation-{current}"
    if not pair.fits(directory / "key.pem", directory / "cert.pem"):
        outcome.bad.append("key and certificate do not fit")
    names = pair.names(world.root)
    if world.hook_failed():
        names.add("hook")  # told, and left at that
    elif hook_told(world.root) != current:
        outcome.lost.append(f"the hook was not told of generation {current}")
    outcome.lost += [f"{name} was left behind" for name in sorted(names - plain.names)]
    outcome.lost += [f"{name} is missing" for name in sorted(plain.names - names - WRITTEN_ANEW)]


def hook_told(root: pathlib.Path) -> int:
    """The generation that the hook was told of last."""
    path = root / "hook"
    return int(path.read_text().split()[-1]) if path.exists() else 0
