"""What the use cases need from outside: stores of aggregates, owners' stock, and reservations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from catalog.domain.host_settings import HostSettings
from catalog.domain.mini_program import MiniProgram
from catalog.domain.names import Holder
from catalog.domain.on_sale import OnSale
from catalog.domain.owner import Owner
from catalog.domain.popularity import Popularity
from catalog.domain.product import Product, ProductFilter
from catalog.domain.reservation import LeftOverHold, Lines, Reservation, State
from catalog.domain.stock import Adjustment, AdjustStock, Stock
from catalog.domain.terms import Terms
from catalog.domain.version import Status, Version
from catalog.domain.version_history import VersionHistory
from contracts.event import Event
from contracts.identity import OwnerState
from contracts.reviews import ReviewState
from runtime.listing import Asked, ChangedSince, Part
from runtime.outbox.changes import Change, Command, Decide, Result


class MiniProgramStore(Protocol):
    """Mini programs with their events: `runtime.outbox.versioned_store`, and a list."""

    async def get(self, aggregate_id: str) -> MiniProgram | None: ...

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, MiniProgram]: ...

    async def change(self, aggregate_id: str, decide: Decide[MiniProgram]) -> Result[MiniProgram]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...

    async def page(self, owner_id: str | None, asked: Asked, limit: int) -> Part[MiniProgram]:
        """At most `limit` of the owner's mini programs (of all, for None)."""
        ...

    async def touch(self, mini_program_id: str) -> None:
        """Record that the mini program's draft, its versions or the decisions of hosts have just changed."""
        ...

    async def ids(self) -> list[str]:
        """The ids of all mini programs."""
        ...

    async def named(self, keys: Sequence[str]) -> list[Holder]:
        """The names with one of these keys of mini programs that were published, each with its mini program."""
        ...


class HistoryStore(Protocol):
    """Drafts and versions of mini programs with their events, and lists."""

    async def get(self, aggregate_id: str) -> VersionHistory | None: ...

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, VersionHistory]: ...

    async def change(self, aggregate_id: str, decide: Decide[VersionHistory]) -> Result[VersionHistory]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...

    async def changed_versions(
        self, mini_program_id: str | None, status: Status | None, asked: ChangedSince, limit: int
    ) -> Part[tuple[VersionHistory, Version]]:
        """At most `limit` versions of the mini program (of all, for None) with this status (any, for None), as they changed."""
        ...

    async def changed_for(self, host_id: str, asked: ChangedSince, limit: int) -> Part[VersionHistory]:
        """At most `limit` histories with a version that requests the host, as their verdicts and the host's decisions changed."""
        ...

    async def with_status(self, status: Status | None, first: str, limit: int) -> list[VersionHistory]:
        """At most `limit` histories that have a version of this status, in order of their ids, from `first` on."""
        ...

    async def requesting(self, host_id: str, after: str | None, limit: int) -> list[VersionHistory]:
        """At most `limit` histories with a version that requests the host, in order of their ids, from the one after `after`."""
        ...


class OwnerRegister(Protocol):
    """The owners that the catalog knows."""

    async def get(self, owner_id: str) -> Owner | None: ...

    async def brands(self, keys: Sequence[str], owner_ids: Collection[str]) -> list[Holder]:
        """The verified brands whose own name has one of these keys, or that are among these owners."""
        ...

    async def brands_within(self, keys: Sequence[str]) -> list[Holder]:
        """The verified brands whose key is part of one of these."""
        ...

    async def learn(self, events: Sequence[OwnerState]) -> None:
        """Bring the register up to these events; idempotent."""
        ...


class Merchants(Protocol):
    """Who can collect money."""

    async def owners(self) -> Mapping[str, str | None]:
        """The owner of each merchant; None for the platform's own. Raises Unavailable."""
        ...


class HostSettingsStore(Protocol):
    """What hosts have set. A host that has set nothing accepts all."""

    async def get(self, aggregate_id: str) -> HostSettings | None: ...

    async def change(self, aggregate_id: str, decide: Decide[HostSettings]) -> Result[HostSettings]: ...

    async def accepting(self, host_ids: Iterable[str]) -> set[str]:
        """Those of the hosts that accept all."""
        ...


class ProductStore(Protocol):
    """Products with their events."""

    async def page(
        self, mini_program_id: str, wanted: ProductFilter, asked: Asked, limit: int
    ) -> Part[Product]:
        """At most `limit` of the mini program's products that fit."""
        ...

    async def of_mini_program(self, mini_program_id: str, product_ids: Iterable[str]) -> set[str]:
        """Those of the products that exist and are the mini program's."""
        ...

    async def with_feed_images(
        self, mini_program_id: str, addresses: Collection[str], after: str, limit: int
    ) -> list[Product]:
        """At most `limit` of its products with a picture from one of these addresses, in order of their ids, from the one after
        `after`."""
        ...

    async def get(self, aggregate_id: str) -> Product | None: ...

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, Product]: ...

    async def change_many(self, commands: Sequence[Command[Product]]) -> list[Result[Product] | Exception]:
        """Store all decisions with their events, in one write; the outcome of each, in order."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[Product]) -> Result[Product]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...

    async def listed(
        self, text: str, other_than: Collection[str], after: str | None, limit: int
    ) -> list[Product]:
        """At most `limit` listed products with `text` in their title, in order of their ids, from the one after `after`;
        without those of the mini programs `other_than`."""
        ...

    async def ids_with_other_terms(self, mini_program_id: str, terms: Terms) -> list[str]:
        """The mini program's products that have no terms of their own, and other shares than `terms`."""
        ...


Adjust = Callable[[Mapping[str, Stock], Mapping[str, Adjustment]], Sequence[Change[Adjustment]]]


class StockStore(Protocol):
    """Stock as owners see and change it."""

    async def claim(self, product_id: str, mini_program_id: str, initial: Mapping[str, int]) -> None:
        """Create stock for the SKUs that are new; raises Refused `sku_taken` if one is another product's."""
        ...

    async def get(self, sku_id: str) -> Stock | None: ...

    async def available(self, sku_ids: Collection[str]) -> dict[str, int]:
        """How many of each SKU can be sold; without those that have no stock yet."""
        ...

    async def made(self, adjustment_ids: Collection[str]) -> set[str]:
        """Those of the adjustments that exist."""
        ...

    async def adjust(self, mini_program_id: str, commands: Sequence[AdjustStock], decide: Adjust) -> None:
        """Store the adjustments that `decide` makes, with their events and the stock they lead to: all or nothing.

        `decide` gets the stock of those of the SKUs that are the mini program's, by SKU id, and those of the adjustments
        that exist already, by their id. It may be called several times, and may raise. Raises WriteConflict if another
        call makes one of the adjustments at the same time.
        """
        ...


class PopularityCounts(Protocol):
    """What sales and ratings are counted from."""

    async def products_of(self, sku_ids: Collection[str]) -> set[str]:
        """The products of these SKUs."""
        ...

    async def learn(self, reviews: Sequence[ReviewState]) -> None:
        """Keep the newest state of each review; an older or repeated one changes nothing."""
        ...

    async def give_back(self, order_id: str, pieces: Mapping[str, int]) -> None:
        """Take these pieces that were sent, by product, out of what was sold; the same order again changes nothing."""
        ...

    async def of(self, product_id: str) -> Popularity:
        """Counted now."""
        ...


class Announcer(Protocol):
    """Announces recorded events again: `runtime.outbox.announcer`."""

    async def again(self, aggregate_id: str, *types: type[Event], **fields: str) -> bool:
        """Announce the newest event of these types whose fields have these values; False if there is none."""
        ...


class ReservationStore(Protocol):
    """Reservations of orders, and the holds that they have on stock. Every call is safe to repeat.

    A hold is idempotent by its natural key, the order's id inside the SKU's document: it is taken only if it is not there,
    and ended only if it is.
    """

    async def load_for_reserving(
        self, order_ids: Iterable[str], product_ids: Iterable[str], mini_program_ids: Iterable[str]
    ) -> tuple[dict[str, State], dict[str, OnSale]]:
        """The states of the reservations that exist, and what the database says about the products now."""
        ...

    async def states(self, order_ids: Iterable[str]) -> dict[str, State]:
        """The state of each reservation that exists."""
        ...

    async def find(self, order_ids: Iterable[str]) -> dict[str, Reservation]:
        """The reservations that exist."""
        ...

    async def hold(self, wanted: Mapping[str, Lines]) -> bool:
        """Hold these orders' lines where there is enough stock; True if all lines were held now."""
        ...

    async def held(self, wanted: Mapping[str, Lines]) -> dict[str, Lines]:
        """What is held for each of these orders, in SKU order."""
        ...

    async def release_holds(self, orders: Mapping[str, Lines]) -> None:
        """Make what is held for these orders available again."""
        ...

    async def sell_holds(self, orders: Mapping[str, Lines]) -> None:
        """Make what is held for these orders sold. Holds of 0 pieces stay, so that nobody takes them again."""
        ...

    async def forget_sold(self, orders: Mapping[str, Lines]) -> None:
        """Remove the holds of 0 pieces that a sale has left for these orders."""
        ...

    def left_over_holds(self) -> AsyncIterator[LeftOverHold]:
        """What is held for orders whose reservation is in another state than `reserved`; none of it is needed."""
        ...

    async def insert(self, new: Sequence[Change[Reservation]]) -> set[str]:
        """Store new reservations with their events; the ids of those that existed already. The first insert decides."""
        ...

    async def advance(self, changes: Sequence[Change[Reservation]], before: State) -> bool:
        """Move reservations that are still in `before` on, with their events; False if some were not."""
        ...

    def held_since_before(self, deadline: datetime) -> AsyncIterator[Reservation]:
        """Reservations of orders that were to be paid before `deadline` and are still held."""
        ...

    async def return_sold(self, change: Change[Reservation]) -> None:
        """Make what was sold to an order available again and store the change, if it is still committed: both or neither."""
        ...
