"""What is tried, in this order: every case in a terminal, in a pipe, and once more with --json."""

import dataclasses
import json
import os
import subprocess
from collections.abc import Callable

import terminal
from stage import Stage

VERBS = ["status", "list", "show", "explain", "history", "timeline", "monitor", "metrics", "request", "renew", "wait",
         "schedule", "rollback", "redeploy", "purge", "csr", "import", "ca", "probe", "plan", "trace", "doctor",
         "profiles", "verify", "reload", "version"]
STATES = {"web": "valid", "wifi": "valid", "vpn": "failed", "backup": "waiting", "signing": "pending",
          "session": "not-requested", "printer": "not-requested", "kiosk": "not-applicable"}
BROKEN = """description = "With mistakes"

[scep]
url = "@URL@"
ca-fingerprnt = "sha256:00"

[certificate.door]
usage = "generic"
subject = "O=Example"
"""


@dataclasses.dataclass
class Case:
    name: str
    commands: list[str]
    json: bool = True  # every command is tried with --json as well
    before: Callable[[Stage], None] | None = None  # each time
    meanwhile: Callable[[Stage, terminal.Running], None] | None = None
    environment: dict[str, str] = dataclasses.field(default_factory=dict)


def settled(stage: Stage) -> bool:
    rows = json.loads(stage.call("list", "--all", "--json"))["certificates"]
    return {row["name"]: row["state"] for row in rows} == STATES


# ---- what comes before ----

def start(stage: Stage) -> None:
    if not stage.is_ready:
        stage.start()
        stage.until(lambda: settled(stage))


def is_quiet(stage: Stage) -> bool:
    certificates = [stage.certificate(name) for name, state in STATES.items() if state != "not-applicable"]
    return all(not one["attemptPhase"] and one["reason"] != "it waits for its turn" for one in certificates)


def quiet(stage: Stage) -> None:
    """Until what the case before has asked for is over."""
    start(stage)
    stage.until(lambda: is_quiet(stage))


def renew_wifi(stage: Stage) -> None:
    start(stage)
    stage.call("renew", "wifi", "--wait")


def forget_session(stage: Stage) -> None:
    quiet(stage)
    stage.call("purge", "session")


def openssl(*arguments: str, text: str = "") -> str:
    return subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=True).stdout


def sign(stage: Stage) -> None:
    """What the CA's people do with a first request, with the key from the CA's state."""
    quiet(stage)
    stage.call("purge", "printer")
    ca = stage.home / "office"
    (stage.home / "extensions").write_text("keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n")
    certificate = openssl("x509", "-req", "-CA", str(ca / "ca.pem"), "-CAkey", str(ca / "ca.key"), "-days", "40",
                          "-set_serial", "0x" + "4" + os.urandom(16).hex()[1:], "-extfile",
                          str(stage.home / "extensions"), text=stage.call("csr", "printer"))
    (stage.home / "printer.pem").write_text(certificate + (ca / "ca.pem").read_text())


def mistakes(stage: Stage) -> int:
    return len(json.loads(stage.call("profiles", "--json"))["diagnostics"])


def break_profile(stage: Stage) -> None:
    start(stage)
    stage.write_profile("broken.toml", BROKEN)
    stage.until(lambda: mistakes(stage) > 0)


def mend(stage: Stage) -> None:
    start(stage)
    (stage.root / "etc/scepd/profiles.d/broken.toml").unlink(missing_ok=True)
    stage.until(lambda: mistakes(stage) == 0)


# ---- what happens meanwhile ----

def watch(stage: Stage, running: terminal.Running) -> None:
    running.read_until("scepd runs|daemon-runs")
    stage.call("redeploy", "web")
    running.read_until("web.*deployed.*\n")
    terminal.interrupt(running)


def interrupt_waiting(_: Stage, running: terminal.Running) -> None:
    running.read_until("backup: waiting")  # and goes on waiting
    terminal.interrupt(running)


# ---- all of them ----

def without_daemon() -> list[Case]:
    return [
        Case("help", ["", "--help", *(f"{verb} --help" for verb in VERBS), "--version"], json=False),
        Case("usage", ["stats", "frobnicate", "request", "request web --all", "request web --timeout soon", "show",
                       "status --chekc", "history web --lines many", "request --all --challenge-file x",
                       "schedule --off"], json=False),
        Case("no-daemon", ["status", "list", "show web", "request web", "wait web --timeout 300ms", "monitor",
                           "version", "status --check"], json=False),
        Case("no-bus", ["status", "request web --wait", "status --check"], json=False,
             environment={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nonexistent/bus"}),
    ]


def looking() -> list[Case]:
    cases = [
        Case("status", ["status", "status web", "status vpn", "status backup", "status signing", "status session",
                        "status --no-legend"]),
        Case("status-check", ["status --check", "status --check web", "status --check signing", "status --check vpn",
                              "status --check nobody"], json=False),
        Case("list", ["list", "list --all", "list --no-legend"]),
        Case("no-colour", ["status", "list --all", "explain vpn"], json=False, environment={"NO_COLOR": "1"}),
        Case("show", ["show web", "show wifi", "show vpn", "show backup", "show signing", "show session"]),
        Case("unknown", ["show nobody", "status nobody", "explain nobody", "explain SCEPD-999", "history nobody",
                         "request nobody", "renew web nobody", "wait nobody", "rollback nobody", "redeploy nobody",
                         "purge nobody", "csr nobody", "plan nobody", "probe nobody", "profiles nobody.toml",
                         "verify nobody.toml", "trace nobody"], json=False),
        Case("elsewhere", ["show kiosk", "request kiosk", "wait kiosk", "explain kiosk", "plan kiosk"], json=False),
        Case("explain", ["explain web", "explain wifi", "explain vpn", "explain backup", "explain signing",
                         "explain session", "explain SCEPD-303"]),
        Case("timeline", ["timeline", "timeline --no-legend", "timeline --svg {home}/picture.svg"]),
        Case("metrics", ["metrics"]),
        Case("ca", ["ca", "ca --no-legend"]),
        Case("probe", ["probe {url}", "probe web", "probe backup", "probe http://127.0.0.1:1/scep"]),
        Case("plan", ["plan web", "plan wifi", "plan session", "plan vpn"]),
        Case("profiles", ["profiles", "profiles office.toml", "profiles kiosk.toml"]),
        Case("verify", ["verify", "verify {root}/etc/scepd/profiles.d/office.toml",
                        "verify {root}/etc/scepd/scepd.toml", "verify --no-legend"]),
        Case("doctor", ["doctor", "doctor --report {home}/report.txt"]),
        Case("version", ["version"]),
        Case("complete", ["complete sta", "complete request --", "complete show w", "complete plan --enroll-program x"],
             json=False),
        Case("schedule", ["schedule", "schedule session daily", "schedule session never-ever"], json=False),
    ]
    return [dataclasses.replace(case, before=start) for case in cases]


def acting() -> list[Case]:
    return [
        Case("wait", ["wait web", "wait wifi --at-boot", "wait vpn", "wait backup --timeout 1s",
                      "wait signing --timeout 1s"], before=quiet),
        Case("request", ["request web", "request web backup"], before=quiet),
        Case("request-wait", ["request session --wait", "request session --wait", "request vpn --wait",
                              "request signing --wait --timeout 1s"],
             before=forget_session),
        Case("interrupted", ["wait backup"], json=False, before=quiet, meanwhile=interrupt_waiting),
        Case("renew", ["renew wifi --wait"], before=quiet),
        Case("rollback", ["rollback wifi", "rollback wifi 99"], before=renew_wifi),
        # The journal is this machine's, and may know other certificates of these names.
        Case("history", ["history wifi --lines 0", "history vpn --lines 0", "history web --lines 0 --no-legend"],
             before=start),
        Case("redeploy", ["redeploy web", "redeploy vpn"], before=quiet),
        Case("trace", ["trace wifi", "trace vpn", "trace signing"], before=quiet),
        Case("csr", ["csr printer"], before=quiet),
        Case("import", ["import printer {home}/printer.pem", "wait printer", "import printer {home}/office/ca.key"],
             before=sign),
        Case("purge", ["purge printer"], before=quiet),
        Case("monitor", ["monitor"], before=quiet, meanwhile=watch),
        Case("mistakes", ["verify", "reload", "status", "profiles", "explain door",
                          "verify {root}/etc/scepd/profiles.d/broken.toml"], before=break_profile),
        Case("mended", ["reload"], before=mend),
    ]


def all_cases() -> list[Case]:
    return without_daemon() + looking() + acting()
