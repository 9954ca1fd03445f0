"""Which events search takes, and what each means to it."""

from __future__ import annotations

from dataclasses import replace

from contracts.catalog import (
    MiniProgramChanged,
    MiniProgramPublished,
    MiniProgramRegistered,
    MiniProgramState,
    MiniProgramSuspended,
    ProductChanged,
    ProductDelisted,
    ProductListed,
    ProductState,
    StockLevelChanged,
)
from contracts.engagement import SearchPerformed
from contracts.event import Event
from contracts.identity import AccountChanged, AccountSettledIn, AccountState, CreatorChanged
from contracts.topics import ACCOUNTS, MINI_PROGRAMS, PRODUCTS, Topic
from search.adapters import events
from search.application.projecting import Fact, Search, StockLevel
from search.domain.documents import Account, MiniProgram, Product

FOR_EVER = 2**62
"""A version that none exceeds."""

TAKEN: tuple[type[Event], ...] = (
    MiniProgramRegistered, MiniProgramPublished, MiniProgramChanged, MiniProgramSuspended,
    AccountSettledIn, AccountChanged, CreatorChanged,
    ProductListed, ProductChanged, ProductDelisted,
    StockLevelChanged,
    SearchPerformed,
)  # fmt: skip


def fact_of(event: Event) -> Fact | None:
    """What an event means; None for a search that says nothing of what is popular in the column."""
    if isinstance(event, MiniProgramState):
        return events.mini_program_of(event)
    if isinstance(event, AccountState):
        return events.account_of(event)
    if isinstance(event, ProductState):
        return events.product_of(event)
    if isinstance(event, StockLevelChanged):
        return StockLevel(event.sku_id, event.product_id, event.version, event.available)
    if isinstance(event, SearchPerformed) and event.viewer_is_known and event.mini_program_id is None:
        return Search(event.host_id, event.query, event.viewer)
    return None


def erased(topic: Topic, key: str) -> Fact | None:
    """What is left of a thing whose record has no value any more: its id, newer than whatever may still come of it."""
    if topic is MINI_PROGRAMS:
        return replace(MiniProgram.unknown(key), version=FOR_EVER)
    if topic is ACCOUNTS:
        return Account(key, host_id="", name="", active=False, version=FOR_EVER)
    if topic is PRODUCTS:
        return Product(key, mini_program_id="", title="", skus=(), listed=False, version=FOR_EVER)
    return None
