#!/usr/bin/env python3
"""Kills scepd, scepd-enroll and scepd-deploy at their system calls and lets the calls fail, and looks whether the key
and the certificate of every target stay a pair and everything is in order soon afterwards.

    sweep.py BIN                        a sample, another one at each run
    sweep.py BIN --seed N               that sample again
    sweep.py BIN --all [--only WORD]    every point, or of these operations: scepd-deploy, rollback/, ...
    sweep.py BIN --point POINT          one point, as it is printed: scepd-deploy/rollback/fsync/3/SIGKILL

In the table: calls that were swept, points that were tried and came to pass, targets that were torn until the recovery,
points of which the state told, that were in order only after a daemon that ran was started again, pairs that were bad,
and points after which something was not in order in time or was left behind. The last two are failures.
"""

import argparse
import concurrent.futures
import pathlib
import queue
import random
import signal
import sys
import time

import points
from world import World

SAMPLE = 60  # points of an operation
WORKERS = 2


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--sample", type=int, default=SAMPLE, help="points of an operation")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--point", default="")
    parser.add_argument("--verbose", action="store_true", help="say what the programs said at a point")
    return parser.parse_args()


def operations(options: argparse.Namespace) -> list[points.Operation]:
    """Those whose points may be meant."""
    def is_meant(name: str) -> bool:
        return options.point.startswith(name) if options.point else options.only in name
    return [operation for operation in points.OPERATIONS if is_meant(f"{operation.program}/{operation.name}/")]


def choose(all_points: list[points.Point], options: argparse.Namespace, dice: random.Random) -> list[points.Point]:
    if options.point:
        return [point for point in all_points if str(point) == options.point]
    return all_points if options.all else dice.sample(all_points, min(options.sample, len(all_points)))


class Sweep:
    def __init__(self, bin_directory: pathlib.Path):
        self.worlds: queue.Queue[World] = queue.Queue()
        self.all = []
        for _ in range(WORKERS):
            self.all.append(World(bin_directory.resolve()))
            points.prepare(self.all[-1])
            self.worlds.put(self.all[-1])

    def __enter__(self) -> "Sweep":
        return self

    def __exit__(self, *_) -> None:
        for world in self.all:
            world.close()

    def with_world(self, work, *rest):
        world = self.worlds.get()
        try:
            return work(world, *rest)
        finally:
            world.stop()
            self.worlds.put(world)


def report(point: points.Point, outcome: points.Outcome, verbose: bool) -> None:
    for what in outcome.bad + outcome.lost:
        print(f"{point}: {what}", flush=True)
    if outcome.restarted and not outcome.lost:
        print(f"{point}: in order only after another start", flush=True)
    if verbose:
        print(f"{point}: reached {outcome.reached}, torn {outcome.torn}, told {outcome.told}\n{outcome.said}")


def row(operation: points.Operation, kind: str, known: int, tried: list[tuple[points.Point, points.Outcome]]) -> str:
    outcomes = [outcome for _, outcome in tried]
    calls = len({point.call for point, _ in tried})
    return (f"{operation.program:13} {operation.name:21} {kind:8} {calls:6} {len(tried):6} of {known:<6}"
            f"{sum(o.reached for o in outcomes):8} {sum(o.torn for o in outcomes):6} {sum(o.told for o in outcomes):6}"
            f" {sum(o.restarted for o in outcomes):6} {sum(bool(o.bad) for o in outcomes):6}"
            f" {sum(bool(o.lost) for o in outcomes):6}")


HEAD = (f"{'program':13} {'operation':21} {'fault':8} {'calls':>6} {'points tried':>16} {'reached':>8} {'torn':>5}"
        f" {'told':>5} {'again':>6} {'bad':>6} {'lost':>6}")


def sweep_operation(sweep: Sweep, operation: points.Operation, options: argparse.Namespace,
                    dice: random.Random) -> tuple[list[str], int]:
    plain = sweep.with_world(points.undisturbed, operation)
    there = points.points_of(operation, plain.counts)
    chosen = choose(there, options, dice)

    def work(point: points.Point) -> tuple[points.Point, points.Outcome]:
        try:
            outcome = sweep.with_world(points.attempt, point, plain)
        except (OSError, ValueError, RuntimeError) as error:
            outcome = points.Outcome(reached=True, lost=[f"could not be tried: {error!r}"])
        report(point, outcome, options.verbose)
        return point, outcome
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        tried = list(pool.map(work, chosen))
    rows = []
    for kind, kills in (("SIGKILL", True), ("errors", False)):
        of_kind = [each for each in tried if each[0].kills == kills]
        known = sum(point.kills == kills for point in there)
        if of_kind:
            rows.append(row(operation, kind, known, of_kind))
    wrong = sum(bool(outcome.bad or outcome.lost) for _, outcome in tried)
    if 2 * sum(outcome.reached for _, outcome in tried) < len(tried):
        print(f"{operation.program}, {operation.name}: most of the points were never come to")
        wrong += 1
    return rows, wrong


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    dice, rows, wrong, began = random.Random(seed), [], 0, time.monotonic()
    try:
        with Sweep(options.bin) as sweep:
            for operation in operations(options):
                more, bad = sweep_operation(sweep, operation, options, dice)
                rows += more
                wrong += bad
    finally:
        print(HEAD, *rows, sep="\n")
        print(f"{time.monotonic() - began:.0f} s; seed {seed}: repeat by {sys.argv[0]} {options.bin} --seed {seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
