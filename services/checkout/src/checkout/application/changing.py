"""Changes many orders so that one which cannot be read or written delays no other."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from checkout.application.ports import Orders
from checkout.domain.order import Order
from runtime.errors import is_unavailable
from runtime.outbox.changes import Command, Result

log = logging.getLogger(__name__)


async def change_each(orders: Orders, commands: Sequence[Command[Order]]) -> list[Result[Order] | Exception]:
    """One outcome for each command, in order. Raises what says that the database is unavailable."""
    try:
        return await orders.change_many(commands)
    except Exception as error:
        if is_unavailable(error):
            raise
        if len(commands) == 1:
            log.exception("an order cannot be changed", extra={"order_id": commands[0].aggregate_id})
            return [error]
        middle = len(commands) // 2  # one of them spoils the write of all: find it
        return await change_each(orders, commands[:middle]) + await change_each(orders, commands[middle:])
