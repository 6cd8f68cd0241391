#!/usr/bin/env python3
"""Replays what a power cut may leave of recorded operations and prints how many states broke a promise. With the
barriers taken out of the same recordings some must: otherwise nothing would have been shown."""

import argparse
import multiprocessing
import pathlib
import random
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Callable, ContextManager

import check
import machine
import rows
import states
from model import Tree
from rows import Row

WORKERS = 2
FEW = 50  # on an overlay, and without barriers
Boot = Callable[[Tree], ContextManager[pathlib.Path]]
Broken = list[tuple[states.State, list[str]]]


def judge(row: Row, program: str, boot: Boot, state: states.State) -> list[str]:
    if not machine.recovers(state.tree):
        return check.violations(row.case, state.tree, state.point)
    with boot(state.tree) as root:
        tree, failure = machine.recover(program, root)
    return [*([failure] if failure else []), *check.violations(row.case, tree, state.point)]


class Worker:
    """A process that was forked with its work: nothing is sent to it but a number. No threads: what one has open keeps
    the overlay of the other from being unmounted, in the moment in which a program is started."""

    work: Callable[[int], list[str]]

    @staticmethod
    def begin(work: Callable[[int], list[str]]) -> None:
        Worker.work = work

    @staticmethod
    def do(index: int) -> list[str]:
        return Worker.work(index)


def broken(row: Row, program: str, boot: Boot, found: list[states.State]) -> Broken:
    def work(index: int) -> list[str]:
        return judge(row, program, boot, found[index])
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("fork"), Worker.begin, (work,)) as workers:
        verdicts = workers.map(Worker.do, range(len(found)))
        return [(state, sentences) for state, sentences in zip(found, verdicts) if sentences]


def on_overlay(row: Row, program: str, found: list[states.State]) -> Broken:
    before = row.recording.before.tree()
    with machine.plain(before) as lower:
        return broken(row, program, lambda tree: machine.overlay(tree, before, lower), found)


def tell(row: Row, what: str, found: Broken) -> None:
    """Each sentence once, with the first state that it was said of."""
    counts = Counter(sentence for _, sentences in found for sentence in sentences)
    for sentence, count in counts.most_common():
        state = next(state for state, sentences in found if sentence in sentences)
        print(f"  {row.name}{what}: {sentence}\n    {count} states, the first after operation {state.point}: "
              f"{str(row.recording.operations[state.point - 1])[:200]}")


class Replay:
    def __init__(self, options: argparse.Namespace) -> None:
        self.program = options.program
        self.count = None if options.all else options.states
        self.few = None if options.all else FEW
        self.dice = random.Random(options.seed)
        self.good = True

    def sample(self, found: list[states.State]) -> list[states.State]:
        if self.count is None or self.count >= len(found):
            return found
        return self.dice.sample(found, self.count)

    def without_barriers(self, row: Row, count: int) -> list[states.State]:
        history = states.History(row.recording, barriers=False)
        return states.collect(states.some(history, row.points, count, self.dice))[1]

    def replay(self, row: Row) -> list:
        count, distinct = rows.states_of(row)
        sample = self.sample(distinct)
        bad = broken(row, self.program, machine.plain, sample)
        layered = [state for state in sample if machine.recovers(state.tree)][: self.few]
        bad_layered = on_overlay(row, self.program, layered)
        loose = self.without_barriers(row, FEW)
        bad_loose = broken(row, self.program, machine.plain, loose)
        tell(row, "", bad)
        tell(row, " on an overlay", bad_layered)
        if bad or bad_layered or not bad_loose:
            self.good = False
        return [row.name, len(row.points), count, len(distinct), len(sample), len(bad), len(layered),
                len(bad_layered), len(loose), len(bad_loose)]


HEADER = ["operation", "operations", "states", "distinct", "replayed", "broken", "overlay", "broken", "no fsync",
          "broken"]


def show(line: list) -> None:
    print(f"{line[0]:18}" + "".join(f"{cell:>11}" for cell in line[1:]), flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recordings", type=pathlib.Path, help="made by record")
    parser.add_argument("program", help="scepd-deploy")
    parser.add_argument("--all", action="store_true", help="every state, not a sample")
    parser.add_argument("--states", type=int, default=100, help="so many of each operation")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32), help="of the samples")
    return parser.parse_args()


def main() -> int:
    chosen = options()
    print(f"seed {chosen.seed}", flush=True)
    replay = Replay(chosen)
    show(HEADER)
    for row in rows.all_rows(chosen.recordings, chosen.program):
        show(replay.replay(row))
    return 0 if replay.good else 1


if __name__ == "__main__":
    sys.exit(main())
