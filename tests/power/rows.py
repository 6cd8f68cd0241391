"""The operations that are judged, each a row of the table: those that were recorded, and two recoveries, because the
power may fail again while scepd-recover runs."""

import dataclasses
import pathlib
import subprocess

import check
import machine
import recording
import states
from model import Entries, Tree

CERTIFICATE = "web"
RECORD_RECOVERY = pathlib.Path(__file__).with_name("record-recovery")


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    recording: recording.Recording
    case: check.Case
    points: range  # where the power fails


def all_rows(folder: pathlib.Path, program: str) -> list[Row]:
    renewal = recording.read(folder / "renewal")
    return [*parts(recording.read(folder / "enrollment"), "enrollment", "first deployment"),
            *parts(renewal, "renewal", "deployment"),
            whole("rollback", recording.read(folder / "rollback")),
            *recoveries(folder, program, renewal)]


def whole(name: str, recorded: recording.Recording) -> Row:
    case = check.Case.of(CERTIFICATE, recorded)
    return Row(name, recorded, case, range(1, case.end + 1))


def parts(recorded: recording.Recording, *names: str) -> list[Row]:
    """Until the certificate is stored, and then until it is deployed."""
    case = check.Case.of(CERTIFICATE, recorded)
    return [Row(names[0], recorded, case, range(1, case.stored_at)),
            Row(names[1], recorded, case, range(case.stored_at, case.end + 1))]


def recoveries(folder: pathlib.Path, program: str, renewal: recording.Recording) -> list[Row]:
    """Forward: half of the files are in place. Back: so they are, and somebody has removed one that was to follow."""
    case = dataclasses.replace(check.Case.of(CERTIFICATE, renewal), asked_at=None, stored_at=0, hooks_at=None)
    half, last = halfway(renewal)
    forward = recovery(folder / "forward", program, half)
    back = recovery(folder / "back", program, {path: entry for path, entry in half.items() if path != last})
    old = {path: inode for path, inode in case.before.items() if check.is_target(path)}
    return [Row(name, recorded, dataclasses.replace(judged, end=len(recorded.operations)),
                range(1, len(recorded.operations) + 1))
            for name, recorded, judged in [
                ("recovery", forward, case),
                ("recovery, undoing", back, dataclasses.replace(case, after={**case.after, **old}))]]


def halfway(recorded: recording.Recording) -> tuple[Tree, str]:
    """The tree when half of the exchanges are made, and the staged file of the last one."""
    exchanges = [index for index, operation in enumerate(recorded.operations)
                 if isinstance(operation, Entries) and len(operation.changes) == 2
                 and all(inode is not None for _, _, inode in operation.changes)]
    tree = recorded.before.after(recorded.operations[: exchanges[len(exchanges) // 2]]).tree()
    last = recorded.operations[exchanges[-1]].changes[1][2]
    return tree, next(path for path, (inode, _) in tree.items() if inode == last)


def recovery(folder: pathlib.Path, program: str, tree: Tree) -> recording.Recording:
    with machine.plain(tree) as root:
        folder.mkdir()
        subprocess.run([RECORD_RECOVERY, program, root, folder], check=True, capture_output=True,
                       timeout=machine.DEADLINE)
    return recording.read(folder)


def states_of(row: Row) -> tuple[int, list[states.State]]:
    """How many there are, and the distinct ones."""
    return states.collect(state for state in states.every(states.History(row.recording)) if state.point in row.points)
