"""The order path ends well under every schedule, and the simulation finds the faults that are planted in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from simulation.faults import FAULTS
from simulation.schedule import many_schedules, run_schedule

SEEDS = int(os.environ.get("ANCHORAGE_SIMULATED_SCHEDULES", "1000"))
WITHIN = 2_500
"""Schedules until a planted fault must be found."""


@pytest.fixture(autouse=True, scope="module")
def many() -> Iterator[None]:
    with many_schedules():
        yield


def test_every_schedule_ends_well() -> None:
    for seed in range(SEEDS):
        outcome = run_schedule(seed)
        assert not outcome.wrong, f"seed {seed}; `make simulate SEED={seed}` shows its steps: {outcome.wrong}"


def test_the_same_seed_plays_the_same_schedule() -> None:
    first, second = (run_schedule(seed, traced=True) for seed in (7, 7))
    assert len(first.trace) > 50
    assert first == second


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    assert any(is_found(seed, fault) for seed in range(WITHIN))


def is_found(seed: int, fault: str) -> bool:
    """Whether the schedule ends in something wrong, or makes an event that its contract refuses."""
    try:
        return bool(run_schedule(seed, FAULTS[fault]).wrong)
    except ValidationError:
        return True
