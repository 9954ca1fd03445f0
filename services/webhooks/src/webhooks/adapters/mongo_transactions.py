"""Writes that become durable together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pymongo.asynchronous.client_session import AsyncClientSession

from runtime.mongo.client import Database

T = TypeVar("T")
Work = Callable[[AsyncClientSession], Awaitable[T]]


async def together(db: Database, work: Work[T]) -> T:
    """Runs `work` in a transaction; returns its result once all its writes are durable. After a conflict `work` is called again."""
    async with db.client.start_session() as session:
        return await session.with_transaction(work, write_concern=db.write_concern)
