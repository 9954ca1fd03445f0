"""Sales and ratings of products, counted again from what there is whenever something was sold, returned, refunded or reviewed.

Nothing is added up, so an event that is repeated, late or out of order counts once. Two replicas that count one product at
once agree in the end: a count is stored only on the version of the product that was there before it was made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from catalog.application.contracts_out import product_event
from catalog.application.ports import PopularityCounts, ProductStore
from catalog.domain import product as rules
from catalog.domain.product import Product
from contracts.checkout import OrderRefunded
from contracts.reviews import ReviewState
from runtime.errors import WriteConflict
from runtime.outbox.changes import Change

MAX_ATTEMPTS = 10


class Counting:
    """The use cases of what buyers made of products."""

    def __init__(self, products: ProductStore, counts: PopularityCounts) -> None:
        self._products = products
        self._counts = counts

    async def sold(self, sku_ids: Iterable[str]) -> None:
        """Pieces of these SKUs were sold or returned."""
        await self._count(await self._counts.products_of(set(sku_ids)))

    async def refunded(self, refunds: Sequence[OrderRefunded]) -> None:
        """Refunds were paid: what was sent of an order that was refunded in full is no sale."""
        for refund in refunds:
            if pieces := _sent_in_vain(refund):
                await self._counts.give_back(refund.order_id, pieces)
                await self._count(pieces)

    async def reviewed(self, reviews: Sequence[ReviewState]) -> None:
        """These reviews were written, hidden or shown."""
        await self._counts.learn(reviews)
        await self._count({review.product_id for review in reviews})

    async def _count(self, product_ids: Iterable[str]) -> None:
        for product_id in product_ids:
            await self._count_one(product_id)

    async def _count_one(self, product_id: str) -> None:
        for _ in range(MAX_ATTEMPTS):
            before = await self._products.get(product_id)
            if before is None:
                return
            counted = rules.count(before, await self._counts.of(product_id))
            if counted is None:
                return
            change, seen = Change(counted[0], [product_event(*counted)]), before.version

            def decide(
                current: Product | None, change: Change[Product] = change, seen: int = seen
            ) -> Change[Product]:
                if current is None or current.version != seen:
                    raise WriteConflict(f"{product_id} changed while it was counted")
                return change

            try:
                await self._products.change(product_id, decide)
            except WriteConflict:
                continue
            return
        raise WriteConflict(f"{product_id} is being changed by others")


def _sent_in_vain(refund: OrderRefunded) -> Counter[str]:
    """The pieces by product that were sent and are refunded. What was not sent is returned to the stock, so it is not sold."""
    if refund.release_stock or refund.refunded_total != refund.total:
        return Counter()
    unsent = {line.sku_id: line.quantity for line in refund.unsent}
    sent = Counter[str]()
    for line in refund.lines:
        sent[line.product_id] += line.quantity - unsent.get(line.sku_id, 0)
    return +sent
