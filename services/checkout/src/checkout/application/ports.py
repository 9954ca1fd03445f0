"""What the use cases need from outside. `adapters/` implements it on MongoDB."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from checkout.domain.account import Book, ProductCard, ProductView
from checkout.domain.deadline import Deadline
from checkout.domain.order import Order
from checkout.domain.purchase import Address
from checkout.domain.review import RatingCounts, Review
from checkout.domain.shop import MiniProgram, Offer
from contracts.catalog import MiniProgramState, ProductState
from contracts.event import Event
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change, Command, Decide, Result

Position = tuple[datetime, str]
"""Where a page ended: the last one's time (an order's when it was placed or changed, a coupon's when it was changed) and id."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders to find; None and False exclude nothing. The times are UTC.

    `refund` is one of `contracts.api.orders.RefundFilter`.
    `text` is an order id, a tracking number, part of a title or, with `by_phone`, a phone's last four digits.
    """

    status: str | None = None
    refund: str | None = None
    placed_from: datetime | None = None
    placed_before: datetime | None = None
    updated_since: datetime | None = None
    text: str | None = None
    by_phone: bool = False


class Orders(Protocol):
    """Orders with their events, each change one write: `runtime.outbox.versioned_store`."""

    async def get(self, order_id: str, /) -> Order | None:
        """The order as it is stored; None also for an id that is not one of ours."""
        ...

    async def insert(self, new: Sequence[Change[Order]], /) -> list[bool | Exception]:
        """Store new orders. Says for each, in order, whether it is new, or what went wrong: SlotTaken, or a database error."""
        ...

    async def change(self, order_id: str, decide: Decide[Order], /) -> Result[Order]:
        """Decide on the order and store the change; raises what `decide` raises, and WriteConflict."""
        ...

    async def change_many(self, commands: Sequence[Command[Order]], /) -> list[Result[Order] | Exception]:
        """The same for many orders in one round trip each way; one outcome for each command, in order."""
        ...


class OrderQueries(Protocol):
    """Searches in the orders of one mini program."""

    async def prepare(self, mini_program_id: str) -> None:
        """Create what a new mini program's orders need (collection, indexes); idempotent."""
        ...

    async def page(
        self,
        mini_program_id: str,
        *,
        openid: str | None,
        status: str | None,
        refund: str | None = None,
        after: Position | None,
        limit: int,
    ) -> list[Order]:
        """Newest first, at most `limit` orders older than `after`; of one buyer, in one status, unless None.

        `refund` is one of `contracts.api.orders.RefundFilter`.
        """
        ...

    async def counts(self, mini_program_id: str, openid: str) -> Mapping[str, int]:
        """How many orders a buyer has in each status, and `refunding`: how many have a refund that is not decided."""
        ...

    async def unpaid(self, mini_program_id: str, openid: str) -> Mapping[int, str]:
        """The ids of a buyer's unpaid orders by their `unpaid_slot`."""
        ...

    async def versions(self, order_ids: Iterable[str]) -> Mapping[str, int]:
        """The version of each order that exists."""
        ...

    async def overdue(self, deadline: Deadline, limit: int, after: str = "") -> list[str]:
        """Ids, in order, of at most `limit` orders that still wait for this deadline, from the one after `after`."""
        ...

    def waiting(self, now: datetime) -> AsyncIterator[Order]:
        """Orders that wait for another service or a deadline, or have a refund that is approved and not settled.

        Not those that wait for their buyer: their link is there and their deadline has not passed.
        """
        ...


class OrderSearch(Protocol):
    """Searches in the orders of several mini programs at once."""

    async def find(
        self, mini_program_ids: Sequence[str], filters: OrderFilter, *, after: Position | None, limit: int
    ) -> list[tuple[Position, Order]]:
        """At most `limit` orders that match, with their positions, from the one after `after`.

        Newest first; with `filters.updated_since` by the time of their last change, oldest first.
        """
        ...


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which reviews to find; None excludes nothing. The time is UTC."""

    product_id: str | None = None
    rating: int | None = None
    answered: bool | None = None
    updated_since: datetime | None = None


class ReviewStore(Protocol):
    """Reviews with their events, each change one write: `runtime.outbox.versioned_store`."""

    async def get(self, review_id: str, /) -> Review | None: ...

    async def get_many(self, review_ids: Iterable[str], /) -> Mapping[str, Review]:
        """Those that exist, by id."""
        ...

    async def change(self, review_id: str, decide: Decide[Review], /) -> Result[Review]:
        """Decide on the review and store the change; raises what `decide` raises, and WriteConflict."""
        ...


class ReviewQueries(Protocol):
    """Searches in reviews. A position is a review's time (when it was written or changed) and its id."""

    async def of_product(
        self, product_id: str, rating: int | None, *, after: Position | None, limit: int
    ) -> Sequence[Review]:
        """At most `limit` shown reviews, newest first, from the one after `after`; with this many stars, unless None."""
        ...

    async def of_mini_program(
        self, mini_program_id: str, filters: ReviewFilter, *, after: Position | None, limit: int
    ) -> Sequence[tuple[Position, Review]]:
        """At most `limit` reviews that match and whose texts have passed, with their positions, from the one after `after`.

        Newest first; with `filters.updated_since` by the time of their last change, oldest first.
        """
        ...

    async def waiting(self, asked: Asked, limit: int) -> Part[Review]:
        """At most `limit` reviews with a text that waits for an operator."""


class RatingCounter(Protocol):
    """How many shown reviews each product has by stars."""

    async def of(self, product_id: str) -> RatingCounts:
        """As last counted."""
        ...

    async def count_again(self, product_ids: Collection[str]) -> None:
        """Count the reviews of these products, which have changed."""
        ...


class Announcer(Protocol):
    """Announces recorded events again: `runtime.outbox.announcer`."""

    async def again(self, aggregate_id: str, *types: type[Event], **fields: str) -> bool:
        """Announce the newest event of these types whose fields have these values; False if there is none."""
        ...


class Deadlines(Protocol):
    """Deadlines by the moment at which they are to be checked."""

    async def store(self, deadlines: Iterable[Deadline]) -> None:
        """Have each checked when it expires; idempotent."""
        ...

    async def due(self, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[Deadline]:
        """The earliest that are to be checked by now, at most `limit`, without the ids in `but`."""
        ...

    async def check_again(self, deadlines: Sequence[Deadline], at: datetime) -> None:
        """Have these checked a last time."""
        ...

    async def drop(self, deadlines: Sequence[Deadline]) -> None:
        """Forget these."""
        ...


class ReceiptDeadlines(Protocol):
    """When goods that were sent count as received: one deadline for each order."""

    async def store(self, order_id: str, at: datetime) -> None:
        """Have the order checked at this time, or at a later one that is stored already."""
        ...

    async def due(self, now: datetime, limit: int) -> list[str]:
        """The ids of at most `limit` orders that are to be checked by now, the earliest first."""
        ...

    async def check_again(self, times: Mapping[str, datetime]) -> None:
        """Have these orders checked at these times."""
        ...

    async def drop(self, order_ids: Sequence[str]) -> None:
        """Forget these."""
        ...


class Registry(Protocol):
    """Mini programs: a projection of catalog's stream, held in memory."""

    def get(self, mini_program_id: str) -> MiniProgram | None: ...

    def owned_by(self, owner_id: str | None) -> Sequence[str]:
        """The ids of the owner's mini programs; of all, for None."""
        ...

    async def learn(self, states: Sequence[MiniProgramState]) -> None:
        """Keep the newest state of each; an older or repeated one changes nothing."""
        ...


class Offers(Protocol):
    """What can be bought: a projection of catalog's stream, at most a second old."""

    async def find(self, mini_program_id: str, sku_ids: Iterable[str]) -> Mapping[str, Offer]:
        """The offers of these SKUs in the mini program; unknown SKUs are left out."""
        ...

    async def cards(self, product_ids: Sequence[str]) -> Mapping[str, ProductCard]:
        """The products that are still sold."""
        ...

    async def sells(self, mini_program_id: str, product_id: str) -> bool:
        """Whether the mini program has this product on sale."""
        ...

    async def learn(self, products: Sequence[ProductState]) -> None:
        """Keep the newest state of each; an older or repeated one changes nothing."""
        ...


class Addresses(Protocol):
    """Saved addresses, each of one buyer in one mini program. Another buyer's does not exist for the caller."""

    async def all(self, mini_program_id: str, openid: str) -> Book:
        """Newest first."""
        ...

    async def get(self, mini_program_id: str, openid: str, address_id: str) -> Address | None: ...

    async def change(self, mini_program_id: str, openid: str, decide: Callable[[Book], Book]) -> None:
        """Store what `decide` makes of the buyer's addresses, in one write; it may be called several times.

        Raises what `decide` raises, and WriteConflict if others were quicker each time.
        """
        ...


class RecentViews(Protocol):
    """The products that each viewer viewed last in a mini program."""

    async def of(self, mini_program_id: str, viewer: str) -> list[ProductView]:
        """Newest first."""
        ...

    async def add(self, views: Sequence[ProductView]) -> None:
        """Add views, the latest last; a repeat changes nothing."""
        ...
