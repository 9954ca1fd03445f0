"""Every change of a trade goes through here: decided on the newest state, stored once, with its events in the same write.

Changes that arrive close together are written in one batch. How a change is decided, guarded by its version and repeated
after a conflict is `runtime.outbox.versioned_store`.
"""

from __future__ import annotations

from collections.abc import Callable

from payment.application.contracts_out import events_of
from payment.application.ports import TradeStore
from payment.domain.errors import UnknownTrade
from payment.domain.trade import StoredTrade, Trade, TradeChange
from runtime.batching import Batcher
from runtime.outbox.changes import Change, Command, Decide, Result

BATCH_INTERVAL_SECONDS = 0.4
"""A buyer who has paid does not notice it, and all services behind wake up less often."""

Decision = Callable[[Trade], TradeChange]
"""Decides on a trade, perhaps several times; on a trade where it took effect it changes nothing."""


class Trades:
    """Changes trades by their order id."""

    def __init__(self, store: TradeStore) -> None:
        self._write = Batcher[Command[StoredTrade], Result[StoredTrade]](
            store.change_many, interval=BATCH_INTERVAL_SECONDS
        )

    async def change(self, order_id: str, decide: Decision, *, traceparent: str | None = None) -> Trade:
        """The trade after `decide`, once it is durable.

        Raises UnknownTrade, WriteConflict, what `decide` raises, and what the database raises: then it is unknown whether
        the change was made, and repeating it makes it once.
        """

        def on_stored(stored: StoredTrade | None) -> Change[StoredTrade] | None:
            if not isinstance(stored, Trade):
                raise UnknownTrade(f"there is no trade {order_id}")
            return change_of(stored, decide(stored), traceparent)

        after = await self.change_stored(order_id, on_stored)
        assert isinstance(after, Trade)  # noqa: S101 - on_stored accepts nothing else
        return after

    async def change_stored(self, order_id: str, decide: Decide[StoredTrade]) -> StoredTrade | None:
        """What is stored for the order after `decide`, which may create it."""
        return (await self._write(Command(order_id, decide))).aggregate


def change_of(before: Trade, step: TradeChange, traceparent: str | None = None) -> Change[StoredTrade] | None:
    """The change to store for a step of a trade; None when the step changed nothing.

    Its events continue `traceparent`, or else the trace of the trade's order.
    """
    if step.trade is before:
        return None
    return Change(step.trade, events_of(step), traceparent=traceparent or before.traceparent)
