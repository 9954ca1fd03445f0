"""A buyer's account page in a mini program."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checkout.application.access import Buyer
from checkout.application.ports import Addresses, Offers, OrderQueries, RecentViews
from checkout.domain.account import ProductCard, ProductView, SavedAddress


@dataclass(frozen=True, slots=True)
class Account:
    """`counts` is the number of orders by status; `viewed` the products viewed last that are still sold."""

    addresses: Sequence[SavedAddress]
    counts: Mapping[str, int]
    viewed: Sequence[tuple[ProductView, ProductCard]]


@dataclass(frozen=True, slots=True)
class ReadAccount:
    addresses: Addresses
    queries: OrderQueries
    recent_views: RecentViews
    offers: Offers

    async def __call__(self, buyer: Buyer) -> Account:
        addresses, counts, viewed = await asyncio.gather(
            self.addresses.all(buyer.mini_program_id, buyer.openid),
            self.queries.counts(buyer.mini_program_id, buyer.openid),
            self._viewed(buyer),
        )
        return Account(addresses, counts, viewed)

    async def _viewed(self, buyer: Buyer) -> list[tuple[ProductView, ProductCard]]:
        views = await self.recent_views.of(buyer.mini_program_id, buyer.viewer)
        cards = await self.offers.cards([view.product_id for view in views])
        return [(view, cards[view.product_id]) for view in views if view.product_id in cards]
