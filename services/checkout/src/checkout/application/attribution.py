"""Which click counts for an order, and for which of its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checkout.application.access import Buyer
from checkout.domain.errors import InvalidClick
from checkout.domain.purchase import Attribution, Line
from contracts.tokens.clicks import NOBODY, BadClick, Click, read_click


@dataclass(frozen=True, slots=True)
class CountedClick:
    """A verified click of the buyer."""

    click_id: str
    click: Click

    def earns_on(self, product_id: str) -> bool:
        """A click earns its creator commission on the clicked product only."""
        return self.click.creator_id is not None and self.click.product_id == product_id


def counted_click(buyer: Buyer, click_id: str | None, secret: str) -> CountedClick | None:
    """The click that was sent with the order, or the one that began the session.

    Raises InvalidClick if the one that was sent is not good. The session's may have become too old: then none counts.
    """
    if click_id is not None:
        return _verified(buyer, click_id, secret)
    if buyer.click_id is None:
        return None
    try:
        return _verified(buyer, buyer.click_id, secret)
    except InvalidClick:
        return None


def attribution_of(buyer: Buyer, counted: CountedClick | None, lines: Iterable[Line]) -> Attribution:
    """A click for a product counts if that product was bought, one for the mini program for every order in it."""
    if counted is None or not _counts(buyer, counted.click, lines):
        return Attribution(surface=buyer.surface or "direct")
    click = counted.click
    return Attribution(
        click.surface,
        counted.click_id,
        click.video_id,
        click.anchor_id,
        click.creator_id,
        click.share_code,
        click.sharer,
    )


def _verified(buyer: Buyer, click_id: str, secret: str) -> CountedClick:
    try:
        click = read_click(click_id, secret)
    except BadClick:
        raise InvalidClick("The click is forged, or older than seven days.") from None
    if click.host_id != buyer.host_id or click.viewer not in (NOBODY, buyer.viewer):
        raise InvalidClick("The click is another viewer's.")
    return CountedClick(click_id, click)


def _counts(buyer: Buyer, click: Click, lines: Iterable[Line]) -> bool:
    if click.product_id is None:
        return click.mini_program_id == buyer.mini_program_id
    return click.product_id in {line.product_id for line in lines}
