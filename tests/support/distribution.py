"""How `make test` distributes tests among its processes."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

NEED_A_PLATFORM = ("tests/browser/", "tests/containers/", "tests/e2e/", "tests/integration/")
"""Folders whose tests run whole platforms or several services. One process plays them one after the other: two platforms
at once would starve each other on a machine with two cores."""
PLATFORMS = "tests that need a platform"
"""Their unit of work."""
LONGEST_FIRST = (PLATFORMS, "tests/interop/", "tests/simulation/")
"""What starts before everything else: tests that take long. Last, they would run while the other processes idle."""


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]
    """Distributes files, and all tests that need a platform together; the longest first, then those with the most tests."""

    def _split_scope(self, nodeid: str) -> str:
        return PLATFORMS if nodeid.startswith(NEED_A_PLATFORM) else str(super()._split_scope(nodeid))

    def _assign_work_unit(self, node: WorkerController) -> None:
        for start in LONGEST_FIRST:
            if unit := next((unit for unit in self.workqueue if unit.startswith(start)), None):
                self.workqueue.move_to_end(unit, last=False)
                break
        super()._assign_work_unit(node)
