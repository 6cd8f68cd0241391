"""What must be true of a tree once scepd-recover has run, before any consumer starts."""

import dataclasses
import tomllib

from model import Inode, Promise, Tree
from recording import Recording

STORE = "var/lib/scepd/certificates/"
DEPLOYER = "var/lib/scepd-deploy/"
INTENTS = DEPLOYER + "intent/"
SETTLED = (b"phase reload\n", b"phase hooks\n", b"phase undone\n")
GENERATION = ("key.pem", "cert.pem", "chain.pem", "ca.pem", "facts.toml")
TRANSACTION = ("transaction.key", "transaction.csr")

Files = dict[str, Inode]


@dataclasses.dataclass(frozen=True)
class Case:
    """A recorded operation on one certificate, as far as its outcome is judged."""

    name: str
    before: Files
    after: Files
    asked: Files  # the files when the CA was asked; empty when it was not
    asked_at: int | None
    stored_at: int | None
    hooks_at: int | None  # when they ran
    end: int

    @staticmethod
    def of(name: str, recording: Recording) -> "Case":
        at = {operation.what: index + 1 for index, operation in enumerate(recording.operations)
              if isinstance(operation, Promise)}
        asked = recording.before.after(recording.operations[: at["asked"]]) if "asked" in at else recording.before
        return Case(name, files(recording.before.tree()), files(recording.after.tree()), files(asked.tree()),
                    at.get("asked"), at.get("stored"), at.get("hooks"), len(recording.operations))

    @property
    def store(self) -> str:
        return f"{STORE}{self.name}/"


def files(tree: Tree) -> Files:
    """Files and links; numbers do not matter any more."""
    return {path: dataclasses.replace(inode, number=0) for path, (_, inode) in tree.items()
            if inode.kind != "directory"}


def is_target(path: str) -> bool:
    return path.startswith("etc/") and not path.startswith("etc/scepd/") and path.endswith(".pem")


def violations(case: Case, tree: Tree, point: int) -> list[str]:
    """Sentences; `point` is how many operations had been made when the power failed."""
    found = files(tree)
    return [*targets(case, found, point), *intents(case, found), *hooks(case, found, point), *current(case, found, point),
            *generations(case, found), *transaction(case, found, point), *records(case, found), *secrets(found)]


def installed(case: Case, of: Files) -> dict[str, Inode | None]:
    return {path: of.get(path) for path in [*case.before, *case.after] if is_target(path)}


def targets(case: Case, found: Files, point: int) -> list[str]:
    old, new, now = (installed(case, of) for of in (case.before, case.after, found))
    if now == new or (now == old and point < case.end):
        return []
    if now == old:
        return ["the targets hold the old pair, after the new one was reported as deployed"]
    odd = [path for path in sorted(now) if now[path] not in (old[path], new[path])]
    return [f"the targets hold neither the old pair nor the new one: {', '.join(odd) or 'a mixture'}"]


def intents(case: Case, found: Files) -> list[str]:
    intent = found.get(INTENTS + case.name)
    if intent and not any(phase in intent.data for phase in SETTLED):
        return ["an installation is still under way"]
    beside = [path for path in found if path.endswith(".pem.scepd")]
    return [f"{path} was left" for path in beside if not intent]


def hooks(case: Case, found: Files, point: int) -> list[str]:
    """They run when what is recorded as an intent goes on."""
    ran = case.hooks_at is not None and point >= case.hooks_at
    if ran or INTENTS + case.name in found or installed(case, found) != installed(case, case.after):
        return []
    return ["hooks that are owed are forgotten"] if installed(case, case.before) != installed(case, found) else []


def complete(case: Case, found: Files, generation: str) -> bool:
    """Byte for byte what the programs wrote before the power failed, or would have."""
    for name in GENERATION:
        path = f"{case.store}{generation}/{name}"
        if path not in found or found[path] != case.after.get(path, case.before.get(path)):
            return False
    return True


def current(case: Case, found: Files, point: int) -> list[str]:
    link = case.store + "current"
    old, new, now = case.before.get(link), case.after.get(link), found.get(link)
    if case.stored_at is not None and point >= case.stored_at and now != new:
        return ["a certificate that was reported as stored is lost"]
    if now not in (old, new):
        return ["current is lost" if now is None else f"current leads to {now.data.decode()}"]
    if now is not None and not complete(case, found, now.data.decode()):
        return [f"current leads to {now.data.decode()}, which is not complete"]
    return []


def generations(case: Case, found: Files) -> list[str]:
    def all_in(of: Files) -> set[str]:
        return {path.split("/")[-2] for path in of if path.startswith(case.store) and path.endswith("/facts.toml")}
    kept = all_in(case.before) & all_in(case.after)
    return [f"{generation} is not complete" for generation in sorted(kept | all_in(found))
            if not complete(case, found, generation)]


def transaction(case: Case, found: Files, point: int) -> list[str]:
    """What the CA may have answered can still be asked for, until the answer is stored."""
    if case.asked_at is None or point < case.asked_at:
        return []
    if found.get(case.store + "current") == case.after[case.store + "current"]:
        return []
    whole = all(found.get(case.store + name) == case.asked[case.store + name] for name in TRANSACTION)
    return [] if whole and case.store + "transaction.toml" in found else ["a request that the CA got is lost"]


def records(case: Case, found: Files) -> list[str]:
    """Every record that was there is there, whole."""
    wrong = [f"{path} was damaged" for path in found if path.endswith(".damaged") or "/damaged/" in path]
    for path in [case.store + "history.toml", DEPLOYER + "deployed/" + case.name]:
        if path in case.before and path not in found:
            wrong.append(f"{path} is lost")
    for path, inode in found.items():
        if path.endswith(".toml") and not is_toml(inode.data):
            wrong.append(f"{path} cannot be read")
        if path == DEPLOYER + "deployed/" + case.name and not inode.data.endswith(b"\nend\n"):
            wrong.append(f"{path} is cut off")
    return wrong


def is_toml(data: bytes) -> bool:
    try:
        return bool(tomllib.loads(data.decode()))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False


def secrets(found: Files) -> list[str]:
    return [f"others can read {path}" for path, inode in found.items()
            if b"PRIVATE KEY" in inode.data and inode.mode & 0o077]
