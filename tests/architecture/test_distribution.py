"""How `make test` distributes tests among its processes."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pytest

from support.distribution import LONGEST_FIRST, ONE_PLATFORM, OWN_PLATFORM, LongestFirst

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scheduler() -> LongestFirst:
    """One with the tests to distribute, and without processes."""
    made = object.__new__(LongestFirst)
    made.workqueue = OrderedDict()
    return made


@pytest.mark.parametrize("path", LONGEST_FIRST)
def test_every_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_tests_that_share_a_platform_are_one_unit(scheduler: LongestFirst) -> None:
    for folder in ONE_PLATFORM:
        assert scheduler._split_scope(f"{folder}test_story.py::test_one") == folder
        assert scheduler._split_scope(f"{folder}test_other.py::test_two[x::y]") == folder


def test_a_file_with_a_platform_of_its_own_does_not_wait_for_the_others(scheduler: LongestFirst) -> None:
    for file in OWN_PLATFORM:
        assert scheduler._split_scope(f"{file}::test_one") == file


def test_any_other_file_is_a_unit(scheduler: LongestFirst) -> None:
    assert scheduler._split_scope("services/a/tests/test_b.py::test_c") == "services/a/tests/test_b.py"


def test_the_longest_units_are_assigned_first(
    scheduler: LongestFirst, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(
        LongestFirst.__base__,
        "_assign_work_unit",
        lambda self, _: taken.append(self.workqueue.popitem(last=False)[0]),
    )
    for unit in (
        "services/many.py",
        "tests/interop/test_x.py",
        "tests/e2e/",
        "services/few.py",
        *OWN_PLATFORM,
        "tests/browser/",
    ):
        scheduler.workqueue[unit] = {}
    while scheduler.workqueue:
        scheduler._assign_work_unit(None)
    assert taken == [
        *OWN_PLATFORM,
        *ONE_PLATFORM,
        "tests/interop/test_x.py",
        "services/many.py",
        "services/few.py",
    ]
