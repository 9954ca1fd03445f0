"""What carts, quotes and delivery terms need from outside. `adapters/` implements it on MongoDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from checkout.domain.cart import Cart
from checkout.domain.delivery import DeliveryTerms
from contracts.catalog import StockLevelChanged
from runtime.outbox.changes import Change, Decide, Result


class DeliveryTermsStore(Protocol):
    """What each mini program charges for delivery."""

    async def current(self, mini_program_id: str, /) -> DeliveryTerms:
        """The terms to charge, at most a second old."""
        ...

    async def get(self, mini_program_id: str, /) -> DeliveryTerms | None:
        """The terms as they are stored; None if the owner has set none."""
        ...

    async def change(self, mini_program_id: str, decide: Decide[DeliveryTerms], /) -> Result[DeliveryTerms]:
        """Decide on the terms and store the change; raises what `decide` raises, and WriteConflict."""
        ...


class Carts(Protocol):
    """Each viewer's cart in a mini program; an empty one of version 0 where nothing was put yet."""

    async def get(self, mini_program_id: str, openid: str) -> Cart: ...

    async def change(
        self, mini_program_id: str, openid: str, decide: Callable[[Cart], Change[Cart] | None]
    ) -> Cart:
        """Store what `decide` makes of the cart, in one write; it may be called several times.

        Raises what `decide` raises, and WriteConflict.
        """
        ...


class StockLevels(Protocol):
    """How many pieces of each SKU are available, as of about a second ago."""

    async def find(self, sku_ids: Sequence[str]) -> Mapping[str, int]:
        """Those that are known."""
        ...

    async def learn(self, levels: Sequence[StockLevelChanged]) -> None: ...
