"""The events that search consumes."""

from __future__ import annotations

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramSuspended,
    ProductChanged,
    ProductDelisted,
    ProductListed,
    StockLevelChanged,
)
from contracts.engagement import SearchPerformed
from contracts.event import Event
from contracts.identity import AccountChanged, AccountSettledIn, CreatorChanged

EVENTS: tuple[type[Event], ...] = (
    MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended,
    AccountSettledIn, AccountChanged, CreatorChanged,
    ProductListed, ProductChanged, ProductDelisted,
    StockLevelChanged,
    SearchPerformed,
)  # fmt: skip
