"""What the use cases need from outside: stores of aggregates, owners' stock, and reservations."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from catalog.domain.mini_program import MiniProgram
from catalog.domain.names import Holder
from catalog.domain.on_sale import OnSale
from catalog.domain.owner import Owner
from catalog.domain.product import Product, ProductFilter
from catalog.domain.promotion import Promotion
from catalog.domain.reservation import LeftOverHold, Lines, Reservation, State
from catalog.domain.stock import Adjustment, Stock, Wish
from catalog.domain.terms import Terms
from catalog.domain.version_history import Status, VersionHistory
from catalog.domain.video import Video
from contracts.event import Event
from contracts.identity import CreatorState, OwnerState
from runtime.outbox.changes import Change, Decide, Result


class MiniProgramStore(Protocol):
    """Mini programs with their events: `runtime.outbox.versioned_store`, and two lists."""

    async def get(self, aggregate_id: str) -> MiniProgram | None: ...

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, MiniProgram]: ...

    async def change(self, aggregate_id: str, decide: Decide[MiniProgram]) -> Result[MiniProgram]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...

    async def page(self, owner_id: str | None, after: str | None, limit: int) -> list[MiniProgram]:
        """At most `limit` of the owner's mini programs (of all, for None) in order of their ids, from the one after `after`."""
        ...

    async def ids(self) -> list[str]:
        """The ids of all mini programs."""
        ...

    async def named(self, keys: Sequence[str]) -> list[Holder]:
        """The names with one of these keys of mini programs that were published, each with its mini program."""
        ...


class HistoryStore(Protocol):
    """Drafts and versions of mini programs with their events, and two lists."""

    async def get(self, aggregate_id: str) -> VersionHistory | None: ...

    async def get_many(self, aggregate_ids: Iterable[str]) -> dict[str, VersionHistory]: ...

    async def change(self, aggregate_id: str, decide: Decide[VersionHistory]) -> Result[VersionHistory]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...

    async def with_status(self, status: Status | None, first: str, limit: int) -> list[VersionHistory]:
        """At most `limit` histories that have a version of this status, in order of their ids, from `first` on."""
        ...

    async def wanting(self, host_id: str, after: str | None, limit: int) -> list[VersionHistory]:
        """At most `limit` histories of which a version asks for the host, in order of their ids, from the one after `after`."""
        ...


class OwnerRegister(Protocol):
    """The owners that the catalog knows."""

    async def get(self, owner_id: str) -> Owner | None: ...

    async def brands(self, keys: Sequence[str], owner_ids: Collection[str]) -> list[Holder]:
        """The verified brands whose own name has one of these keys, or that are among these owners."""
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

    async def accepts_all(self, host_id: str) -> bool: ...

    async def accepting(self, host_ids: Iterable[str]) -> set[str]:
        """Those of the hosts that accept all."""
        ...

    async def put(self, host_id: str, *, accepts_all: bool) -> None: ...


class ProductStore(Protocol):
    """Products with their events."""

    async def page(
        self, mini_program_id: str, wanted: ProductFilter, after: str | None, limit: int
    ) -> list[Product]:
        """At most `limit` of the mini program's products that fit, in order of their ids, from the one after `after`."""
        ...

    async def of_mini_program(self, mini_program_id: str, product_ids: Iterable[str]) -> set[str]:
        """Those of the products that exist and are the mini program's."""
        ...

    async def get(self, aggregate_id: str) -> Product | None: ...

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


class PromotionStore(Protocol):
    """Who may promote which mini program, with events."""

    async def of(self, mini_program_ids: Iterable[str]) -> dict[str, Promotion]:
        """The promotion of each; anyone's for those whose owner has said nothing."""
        ...

    async def closed_to(self, creator_id: str) -> list[str]:
        """The mini programs that this creator may not promote."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[Promotion]) -> Result[Promotion]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
        ...


class CreatorRegister(Protocol):
    """The creators that the catalog knows."""

    async def known(self, creator_ids: Collection[str]) -> set[str]:
        """Those of the creators that exist."""
        ...

    async def learn(self, events: Sequence[CreatorState]) -> None:
        """Bring the register up to these events; idempotent."""
        ...


class VideoStore(Protocol):
    """Videos with their events."""

    async def get(self, aggregate_id: str) -> Video | None: ...

    async def page(self, creator_id: str, after: str | None, limit: int) -> list[Video]:
        """At most `limit` of the creator's videos that are not deleted, in order of their ids, from the one after `after`."""
        ...

    async def with_waiting_titles(self, first: str, limit: int) -> list[Video]:
        """At most `limit` videos with an anchor's title that waits, in order of their ids, from `first` on."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[Video]) -> Result[Video]:
        """Store the decision with its events; raises WriteConflict if others were quicker each time."""
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

    async def adjust(self, mini_program_id: str, wishes: Sequence[Wish], decide: Adjust) -> None:
        """Store the adjustments that `decide` makes, with their events and the stock they lead to: all or nothing.

        `decide` gets the stock of those of the SKUs that are the mini program's, by SKU id, and those of the adjustments
        that exist already, by their id. It may be called several times, and may raise. Raises WriteConflict if another
        call makes one of the adjustments at the same time.
        """
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

    async def held(self, wanted: Mapping[str, Lines]) -> set[str]:
        """The orders for which every line is held."""
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
