"""`make simulate`: play many schedules, or replay one with its trace."""

from __future__ import annotations

import argparse
import sys
import time

from simulation.faults import FAULTS
from simulation.schedule import Outcome, many_schedules, run_schedule
from simulation.world import Parts

SHOWN = 5
"""Failures to show before giving up."""


def main() -> int:
    """0 when every schedule ended well, 1 when not."""
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20_000, help="how many schedules to play")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="replay this schedule, and show what happens in it")
    parser.add_argument("--fault", choices=list(FAULTS), help="plant this fault")
    arguments = parser.parse_args()
    parts = FAULTS[arguments.fault] if arguments.fault else Parts()
    if arguments.seed is not None:
        with many_schedules():
            outcome = run_schedule(arguments.seed, parts, traced=True)
        print("\n".join(outcome.trace))
        _show(outcome)
        return 1 if outcome.wrong else 0
    with many_schedules():
        return _play(range(arguments.first, arguments.first + arguments.seeds), parts)


def _play(seeds: range, parts: Parts) -> int:
    began, cpu = time.monotonic(), time.process_time()
    failures = 0
    for seed in seeds:
        outcome = run_schedule(seed, parts)
        if outcome.wrong:
            failures += 1
            _show(outcome)
        if failures == SHOWN:
            return 1
    seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    print(
        f"{len(seeds)} schedules, {failures} went wrong; {seconds:.1f} s, "
        f"{cpu:.1f} s of one core, {1000 * cpu / len(seeds):.2f} ms each"
    )
    return 1 if failures else 0


def _show(outcome: Outcome) -> None:
    if outcome.wrong:
        print(f"seed {outcome.seed} went wrong; `make simulate SEED={outcome.seed}` shows its steps:")
    for wrong in outcome.wrong:
        print(f"  {wrong}")


if __name__ == "__main__":
    sys.exit(main())
