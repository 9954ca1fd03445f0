"""Armed faults, in memory and in the database. A strike costs a write only where a fault is armed."""

from collections.abc import Callable
from datetime import datetime

from alipay_sandbox.application.ports import ControlStore
from alipay_sandbox.domain.faults import Fault, FaultBook, FaultKind


class ArmedFaults:
    """Arms, strikes and disarms."""

    def __init__(self, store: ControlStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._book = FaultBook()

    async def load(self) -> None:
        """Read the faults armed before a restart."""
        self._book = FaultBook(await self._store.faults())

    async def arm(self, fault: Fault) -> None:
        """Arm a fault."""
        await self._store.arm(fault, self._clock())
        self._book.arm(fault)

    async def disarm_all(self) -> None:
        """Disarm all faults."""
        await self._store.disarm_all()
        self._book.clear()

    def all(self) -> list[Fault]:
        """The faults that have strikes left."""
        return self._book.armed()

    async def strike(self, kind: FaultKind, out_trade_no: str, method: str | None = None) -> Fault | None:
        """The fault that strikes now, with one strike used up; None if none does."""
        fault = self._book.take(kind, out_trade_no, method)
        if fault is not None:
            await self._store.use(fault)
        return fault
