"""Records the events of owners, from the events of other services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from contracts.catalog import StockLevelChanged
from runtime.clock import Clock
from runtime.errors import Unavailable
from webhooks.application.composing import SourceEvent, mini_programs_of, owner_events, stock_is_low
from webhooks.application.ports import OwnerEvents, Owners, StockLevels
from webhooks.domain.errors import OwnerUnknown
from webhooks.domain.owner_event import KEPT, OwnerEvent

PATIENCE = timedelta(minutes=2)
"""How long to wait for the registration of an unknown mini program: it is on another topic, which may be consumed later."""


class RecordEvents:
    """Idempotent: a recorded event is found by its id, and a record older than KEPT is ignored. `wake` starts the sender.

    Raises Unavailable while a mini program's owner is not known, and OwnerUnknown after PATIENCE.
    """

    def __init__(
        self,
        events: OwnerEvents,
        owners: Owners,
        levels: StockLevels,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._events = events
        self._known = owners
        self._levels = levels
        self._clock = clock
        self._wake = wake
        self._missed: dict[str, datetime] = {}

    async def record(self, sources: Sequence[SourceEvent]) -> None:
        """Record the owners' events that follow from these events of other services."""
        now = self._clock()
        sources = [one for one in sources if one.at >= now - KEPT]
        owners = await self._owners(mini_programs_of(sources))
        made = [
            event
            for one in sources
            for event in owner_events(one, owners[getattr(one.event, "mini_program_id", "")])
        ]
        await self._record(made)

    async def stock_levels(self, levels: Sequence[tuple[StockLevelChanged, datetime]]) -> None:
        """Record an event for each SKU that became low: its stock fell from above its limit to the limit or below."""
        known = dict(await self._levels.known({level.sku_id for level, _ in levels}))
        fallen = []
        for level, at in levels:
            version, was_low = known.get(level.sku_id, (-1, True))  # the first known level is no fall
            if level.version <= version:
                continue
            is_low = level.low_at is not None and level.available <= level.low_at
            known[level.sku_id] = (level.version, is_low)
            if is_low and not was_low:
                fallen.append((level, at))
        owners = await self._owners({level.mini_program_id for level, _ in fallen})
        await self._record([stock_is_low(level, owners[level.mini_program_id], at) for level, at in fallen])
        in_order = sorted((level for level, _ in levels), key=lambda level: level.version)
        await self._levels.keep({level.sku_id: level for level in in_order})

    async def _owners(self, mini_program_ids: set[str]) -> dict[str, str]:
        owners = await self._known.of_programs(mini_program_ids)
        for found in owners.keys() & self._missed.keys():
            del self._missed[found]
        now = self._clock()
        for missing in sorted(mini_program_ids - owners.keys()):
            if now - self._missed.setdefault(missing, now) < PATIENCE:
                raise Unavailable(f"the owner of {missing}")
            raise OwnerUnknown(missing)
        return dict(owners)

    async def _record(self, made: Sequence[OwnerEvent]) -> None:
        now = self._clock()
        if recent := [event for event in made if event.timestamp >= now - KEPT]:
            await self._events.record(recent)
            self._wake()
