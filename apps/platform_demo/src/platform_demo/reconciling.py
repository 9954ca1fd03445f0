"""Compares orders, products and stock with Anchorage, corrects and lists the differences: each night, and by a command."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

from platform_demo.book import Book
from platform_demo.catalogue import Shop
from platform_demo.database import Database
from platform_demo.gateway import Gateway, Refused
from platform_demo.pushing import Pusher
from platform_demo.receiving import Receiver
from platform_demo.rules import differences, missing_pieces, product_differences
from platform_demo.shelf import Shelf
from platform_demo.working import Worker

Json = dict[str, Any]
BEIJING = timezone(timedelta(hours=8))
OVERLAP = timedelta(minutes=10)
"""Orders are read from this long before the last reconciliation: the clocks of two systems differ, and a repeat does no harm."""
BEGINNING = "2000-01-01T00:00:00Z"

log = logging.getLogger(__name__)


@dataclass
class Reconciler:
    """Orders first, then products, then stock."""

    gateway: Gateway
    database: Database
    shelf: Shelf
    book: Book
    worker: Worker
    pusher: Pusher
    receiver: Receiver
    shops: Sequence[Shop]
    _some_refused: bool = False

    async def reconcile(self) -> int:
        """Compare, correct and list; returns the number of differences. Raises Away and Refused."""
        async with self.database.turn():
            began = datetime.now(UTC)
            found = await self._webhook() + await self._orders()
            for shop in self.shops:
                found += await self._products(shop) + await self._stock(shop)
            await self.pusher.push_in_turn(self.shops)
            if not self._some_refused:  # the next comparison begins with the same orders
                self.database.remember("reconciled", began.isoformat(timespec="seconds"))
        log.info("reconciled; differences: %s", found)
        return found

    async def _webhook(self) -> int:
        if not self.receiver.url:
            return 0
        amiss = await self.receiver.subscribe()
        self.book.note("webhook", amiss, "enabled, and leads here")
        return len(amiss)

    async def _orders(self) -> int:
        """All orders that have changed since the last time that every order was dealt with."""
        found, self._some_refused = 0, False
        async for order in self.gateway.pages("/v1/owner/orders", updated_since=self._since()):
            other = differences(self.book.order(order["order_id"]), order)
            mended = "taken over"
            try:
                await self.worker.proceed(order)
            except Refused as refused:
                other, mended, self._some_refused = [*other, str(refused)], "not yet", True
            self.book.note(f"order {order['order_id']}", other, mended)
            found += len(other)
        return found

    def _since(self) -> str:
        last = self.database.setting("reconciled")
        return (datetime.fromisoformat(last) - OVERLAP).isoformat() if last else BEGINNING

    async def _products(self, shop: Shop) -> int:
        """Compares the products that were sent with those of Anchorage; the next feed has those that differ."""
        path = f"/v1/owner/mini-programs/{shop.mini_program_id}/products"
        theirs = {one["product_id"]: one async for one in self.gateway.pages(path)}
        found = 0
        sent = self.shelf.marks_sent(shop.mini_program_id)
        for listing in self.shelf.listings(shop.mini_program_id):
            if not sent.get(listing.product_id):
                continue  # it was never sent, so nothing can differ
            own = {
                "title": listing.title,
                "prices": {offer.sku_id: offer.price for offer in listing.offers},
            }
            if other := product_differences(own, theirs.get(listing.product_id)):
                self.shelf.send_again(listing.product_id)
                self.book.note(f"product {listing.product_id}", other, "sent again")
                found += len(other)
        return found

    async def _stock(self, shop: Shop) -> int:
        found = 0
        for sku in self.shelf.skus(shop.mini_program_id):
            stock = await self.gateway.find(f"/v1/owner/skus/{sku['sku_id']}/stock")
            if stock is None:
                continue  # its product was refused, which the feed's report says
            if missing := missing_pieces(sku["allotted"], sku["waiting"], stock):
                self.shelf.mend(sku["sku_id"], missing)
                self.book.note(
                    f"stock of {sku['sku_id']}", [f"Anchorage lacks {missing} pieces"], f"{missing:+} sent"
                )
                found += 1
        return found


def next_night(at: time, now: datetime) -> datetime:
    """The next moment at which it is this time of day in Beijing."""
    here = now.astimezone(BEIJING)
    then = datetime.combine(here.date(), at, BEIJING)
    return then if then > here else then + timedelta(days=1)


def is_overdue(last: str | None, now: datetime) -> bool:
    """Whether a night was missed, for example because the process was stopped."""
    return last is None or now - datetime.fromisoformat(last) > timedelta(days=1)
