"""Processes events in the background: reads the order as it is now, and does what the rules say."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from platform_demo.book import Book, Waiting
from platform_demo.gateway import Away, Gateway, Refused
from platform_demo.rules import Approve, AskPerson, Ship, Step, next_steps

Json = dict[str, Any]
NO_RIGHTS = (401, 403)
"""Statuses for a client whose secret or role was changed: once that is corrected, the same call succeeds."""
SMALL = "small amounts are paid back at once"

log = logging.getLogger(__name__)


@dataclass
class Worker:
    """An event only says that an order has changed, so events that come twice, late or in another order do no harm."""

    gateway: Gateway
    book: Book
    carriers: Mapping[str, str]
    """The carrier of each shop, by mini program."""
    refund_at_once: int
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """An event has come."""
        self._wake.set()

    async def run(self) -> None:
        """Work on events as they come, until cancelled. Waits without polling while there are none."""
        while True:
            self._wake.clear()
            while (event := self.book.due(time.time())) is not None:
                try:
                    if event.order_id is not None:
                        await self.handle(event.order_id)
                    self.book.done(event)
                except (Away, Refused) as failed:
                    self._failed(event, failed)
            due = self.book.next_due()
            try:
                await asyncio.wait_for(self._wake.wait(), None if due is None else max(due - time.time(), 0))
            except TimeoutError:
                continue

    def _failed(self, event: Waiting, failed: Away | Refused) -> None:
        """Try again later. A refusal that a repeat cannot change is listed as a difference instead."""
        if isinstance(failed, Refused) and failed.status not in NO_RIGHTS:
            log.warning("%s: %s", event.event_id, failed.code)
            self.book.note(f"order {event.order_id}", [str(failed)], "not yet")
            self.book.done(event)
        else:
            log.warning("%s is tried again later: %s", event.event_id, type(failed).__name__)
            self.book.postpone(event, time.time())

    async def handle(self, order_id: str) -> None:
        """Do what an order needs now. Raises Away and Refused."""
        await self.proceed(await self.gateway.get(f"/v1/owner/orders/{order_id}"))

    async def proceed(self, order: Json) -> None:
        """Keep the order as it is now, and do what it needs. Idempotent. Raises Away and Refused."""
        self.book.keep(order)
        if order["mini_program_id"] not in self.carriers:
            return
        for step in next_steps(order, self.refund_at_once):
            await self._do(step, order)

    async def _do(self, step: Step, order: Json) -> None:
        path = f"/v1/owner/orders/{order['order_id']}"
        match step:
            case Ship():
                carrier = self.carriers[order["mini_program_id"]]
                number = self.book.parcel_number(order["order_id"], carrier)
                parcel = {"carrier": carrier, "tracking_number": number}
                answer = await self._unless_too_late(
                    path, f"{path}/shipments", parcel, key=f"parcel-{number}"
                )
                if any(sent["tracking_number"] == number for sent in answer["shipments"]):
                    self.book.parcel_sent(order["order_id"])
            case Approve(refund_id):
                await self._unless_too_late(path, f"{path}/refunds/{refund_id}/approval", {"reason": SMALL})
            case AskPerson():
                pass  # the page shows it

    async def decide(self, order_id: str, refund_id: str, *, approve: bool, reason: str) -> None:
        """A person's decision about a refund; a rejection needs a reason. Raises Away and Refused."""
        path = f"/v1/owner/orders/{order_id}"
        verdict = "approval" if approve else "rejection"
        body = {"reason": reason} if reason else {}
        order = await self._unless_too_late(path, f"{path}/refunds/{refund_id}/{verdict}", body)
        await self.proceed(order)

    async def _unless_too_late(self, order: str, path: str, body: Json, key: str | None = None) -> Json:
        """The order after the call. If its state no longer allows the call (409), it is read again; the event of that change follows."""
        try:
            answer: Json = await self.gateway.call("POST", path, body, key=key)
        except Refused as refused:
            if refused.status != 409:
                raise
            answer = await self.gateway.get(order)
        self.book.keep(answer)
        return answer
