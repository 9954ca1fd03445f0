"""Buyers review what they bought; owners answer; operators hide reviews, and decide about texts that wait.

A review of an order that is refunded in full is not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from checkout.application.access import Access, Buyer, Owner
from checkout.application.contracts_out import review_event
from checkout.application.ports import Orders, Position, ReviewFilter, ReviewQueries, ReviewStore
from checkout.domain import review as rules
from checkout.domain.errors import CheckNotFound, ContentRefused, MiniProgramNotFound, OrderNotFound
from checkout.domain.order import Order
from checkout.domain.review import CheckedText, CheckStatus, Review
from content_check.verdicts import ContentCheck
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change

Step = Callable[[Review], Review | None]


@dataclass(frozen=True, slots=True)
class BuyersReviews:
    """Each line of a completed order has one review at most: its id follows from order and SKU."""

    orders: Orders
    reviews: ReviewStore
    queries: ReviewQueries
    access: Access
    check: ContentCheck
    clock: Clock

    async def write(
        self, buyer: Buyer, order_id: str, sku_id: str, rating: int, text: str
    ) -> tuple[Review, bool]:
        """The review, and whether it is new: the same one again changes nothing.

        Raises OrderNotFound, NotReviewable, NotBought, AlreadyReviewed and ContentRefused.
        """
        order = await self._order(buyer, order_id)
        known = await self.reviews.get(rules.review_id_of(order_id, sku_id))
        if known is not None:
            rules.check_repeats(known, rating, text)
            return known, False
        unchecked = CheckedText(text, self.clock(), "waiting", "", self.clock())
        rules.write(order, sku_id, rating, unchecked)  # what cannot be reviewed is not checked
        checked = await self._checked(text)
        review = rules.write(order, sku_id, rating, checked)

        def decide(current: Review | None) -> Change[Review] | None:
            if current is None:
                return Change(review, [review_event(review, created=True, at=checked.at)])
            rules.check_repeats(current, rating, text)
            return None

        result = await self.reviews.change(review.review_id, decide)
        return rules.must_exist(result.aggregate), result.created

    async def of_order(self, buyer: Buyer, order_id: str) -> list[Review]:
        """The reviews of the order's lines, in the lines' order. Raises OrderNotFound."""
        order = await self._order(buyer, order_id)
        ids = [rules.review_id_of(order_id, line.sku_id) for line in order.lines]
        found = await self.reviews.get_many(ids)
        return [found[review_id] for review_id in ids if review_id in found]

    async def of_owner(
        self,
        owner: Owner,
        mini_program_id: str,
        filters: ReviewFilter,
        *,
        after: Position | None,
        limit: int,
    ) -> Sequence[tuple[Position, Review]]:
        """At most `limit` reviews of the mini program whose texts have passed. Raises MiniProgramNotFound."""
        if not self.access.owns(owner, mini_program_id):
            raise MiniProgramNotFound(mini_program_id)
        return await self.queries.of_mini_program(mini_program_id, filters, after=after, limit=limit)

    async def get(self, owner: Owner | None, review_id: str) -> Review:
        """One of the owner's, or any for an operator (None). Raises ReviewNotFound."""
        review = await self.reviews.get(review_id)
        return self._owned(owner, review) if owner is not None else rules.must_exist(review)

    async def answer(self, owner: Owner, review_id: str, text: str, expected: int | None) -> Review:
        """Raises ReviewNotFound, ContentRefused, and VersionConflict if it has not the expected version."""
        known = self._owned(owner, await self.reviews.get(review_id))
        must_be_version(expected, known.version)
        if rules.repeats_answer(known, text):
            return known
        checked = await self._checked(text)

        def step(review: Review) -> Review | None:
            self._owned(owner, review)
            must_be_version(expected, review.version)
            return None if rules.repeats_answer(review, text) else rules.answer(review, checked)

        return await self._change(review_id, step, checked.at)

    async def hide(self, review_id: str, reason: str) -> Review:
        """Hide it from viewers; its stars count no more. Raises ReviewNotFound."""
        return await self._change(review_id, lambda review: rules.hide(review, reason), self.clock())

    async def show(self, review_id: str) -> Review:
        """Show a hidden review again. Raises ReviewNotFound."""
        return await self._change(review_id, rules.show, self.clock())

    async def take_out_refunded(self, review_ids: Sequence[str]) -> None:
        """Take those of these reviews whose orders were refunded in full from viewers. Safe to repeat."""
        for review_id, review in (await self.reviews.get_many(review_ids)).items():
            order = await self.orders.get(review.order_id)
            if order is not None and rules.take_out(review, order) is not None:
                await self._change(review_id, partial(rules.take_out, order=order), self.clock())

    async def waiting(self, asked: Asked, limit: int) -> Part[Review]:
        """At most `limit` reviews with a text that waits for an operator."""
        return await self.queries.waiting(asked, limit)

    async def checked(self, check_id: str) -> tuple[Review, str, CheckedText]:
        """The review that a check is about, the check's id, and its text, whatever its verdict. Raises CheckNotFound."""
        review = await self.reviews.get(rules.review_of_check(check_id))
        text = review.checks.get(check_id) if review is not None else None
        if review is None or text is None:
            raise CheckNotFound(check_id)
        return review, check_id, text

    async def decide(self, check_id: str, *, passed: bool, reason: str) -> tuple[Review, CheckedText]:
        """An operator's verdict about a waiting text: the review afterwards, and the text. Raises CheckNotFound."""
        now, review_id = self.clock(), rules.review_of_check(check_id)
        text: CheckedText

        def decide(current: Review | None) -> Change[Review]:
            nonlocal text
            after, text = rules.decide(current, check_id, passed=passed, reason=reason, at=now)
            return Change(after, [review_event(after, at=now)])

        result = await self.reviews.change(review_id, decide)
        return rules.must_exist(result.aggregate), text

    async def _change(self, review_id: str, step: Step, at: datetime) -> Review:
        def decide(current: Review | None) -> Change[Review] | None:
            after = step(rules.must_exist(current))
            return Change(after, [review_event(after, at=at)]) if after is not None else None

        return rules.must_exist((await self.reviews.change(review_id, decide)).aggregate)

    async def _order(self, buyer: Buyer, order_id: str) -> Order:
        order = await self.orders.get(order_id)
        if order is None or not self.access.may_see(buyer, order):
            raise OrderNotFound(order_id)
        return order

    def _owned(self, owner: Owner, review: Review | None) -> Review:
        """A review of the owner's whose text has passed: the owner sees no other."""
        if review is None or not review.text.passed or not self.access.owns(owner, review.mini_program_id):
            return rules.must_exist(None)
        return review

    async def _checked(self, text: str) -> CheckedText:
        verdict = await self.check.check({"text": text})
        if verdict.status == "refused":
            raise ContentRefused(*((finding.field, finding.message) for finding in verdict.findings))
        status: CheckStatus = "passed" if verdict.status == "passed" else "waiting"
        findings = tuple(finding.message for finding in verdict.findings)
        return CheckedText(text, verdict.at, status, verdict.model, verdict.at, findings)
