"""How `make test` distributes tests among its processes."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

ONE_PLATFORM = ("tests/browser/", "tests/e2e/")
"""Folders whose tests share a running platform, which takes long to start: each is one unit of work."""
OWN_PLATFORM = ("tests/e2e/test_cancelling.py", "tests/e2e/test_platform_demo.py")
"""Files in them that start a platform of their own: units by themselves."""
LONGEST_FIRST = (*OWN_PLATFORM, *ONE_PLATFORM, "tests/interop/", "tests/integration/")
"""What starts before everything else: few tests that take long. Last, they would run while the other processes idle."""


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]
    """Distributes files, and folders that share a platform, as units; the longest first, then those with the most tests."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        if file in OWN_PLATFORM:
            return file
        return next((folder for folder in ONE_PLATFORM if nodeid.startswith(folder)), file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        for start in LONGEST_FIRST:
            if unit := next((unit for unit in self.workqueue if unit.startswith(start)), None):
                self.workqueue.move_to_end(unit, last=False)
                break
        super()._assign_work_unit(node)
