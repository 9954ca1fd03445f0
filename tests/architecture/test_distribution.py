"""How `make test` distributes tests among its processes."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pytest

from support.distribution import LONGEST_FIRST, NEED_A_PLATFORM, PLATFORMS, LongestFirst

ROOT = Path(__file__).parents[2]
FOLDERS = (*NEED_A_PLATFORM, *(path for path in LONGEST_FIRST if path != PLATFORMS))


@pytest.fixture
def scheduler() -> LongestFirst:
    """One with the tests to distribute, and without processes."""
    made = object.__new__(LongestFirst)
    made.workqueue = OrderedDict()
    return made


@pytest.mark.parametrize("path", FOLDERS)
def test_every_path_exists(path: str) -> None:
    assert (ROOT / path).is_dir()


@pytest.mark.parametrize("folder", NEED_A_PLATFORM)
def test_tests_that_need_a_platform_are_one_unit(scheduler: LongestFirst, folder: str) -> None:
    assert scheduler._split_scope(f"{folder}test_story.py::test_one") == PLATFORMS
    assert scheduler._split_scope(f"{folder}test_other.py::test_two[x::y]") == PLATFORMS


def test_whole_platforms_run_nowhere_else_in_make_test() -> None:
    users = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "tests").rglob("*.py")
        if "one_platform" in (text := file.read_text(encoding="utf-8")) or "running_platform(" in text
    }
    elsewhere = {
        file for file in users if not file.startswith((*NEED_A_PLATFORM, "tests/support/", "tests/chaos/"))
    }
    assert elsewhere == {"tests/architecture/test_distribution.py"}


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
    for unit in ("services/many.py", "tests/interop/test_x.py", PLATFORMS, "services/few.py"):
        scheduler.workqueue[unit] = {}
    while scheduler.workqueue:
        scheduler._assign_work_unit(None)
    assert taken == [PLATFORMS, "tests/interop/test_x.py", "services/many.py", "services/few.py"]
