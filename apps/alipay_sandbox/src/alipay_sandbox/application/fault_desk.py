"""Armed faults, in memory and in the database: a strike costs a write only where something is armed."""

from collections.abc import Callable
from datetime import datetime

from alipay_sandbox.adapters.control_store import ControlStore
from alipay_sandbox.domain.faults import Fault, FaultBook, FaultKind


class FaultDesk:
    """Arms, strikes and disarms."""

    def __init__(self, store: ControlStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._book = FaultBook()

    async def load(self) -> None:
        """Reads what was armed before a restart."""
        self._book = FaultBook(await self._store.faults())

    async def arm(self, fault: Fault) -> None:
        """Arms a fault."""
        await self._store.arm(fault, self._clock())
        self._book.arm(fault)

    async def disarm_all(self) -> None:
        """Ends all misbehaviour."""
        await self._store.disarm_all()
        self._book.clear()

    def armed(self) -> list[Fault]:
        """What will still strike."""
        return self._book.armed()

    async def strike(self, kind: FaultKind, out_trade_no: str, method: str | None = None) -> Fault | None:
        """The fault that strikes now, with one strike used up; None where all goes well."""
        fault = self._book.take(kind, out_trade_no, method)
        if fault is not None:
            await self._store.use(fault)
        return fault
