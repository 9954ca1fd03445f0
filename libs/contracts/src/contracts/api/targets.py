"""Where a tap on an anchor or the scan of a share code leads."""

from __future__ import annotations

from typing import Literal

from contracts.api.access import HostUserId
from contracts.api.common import Answer, Request
from contracts.api.products import ProductPage


class ClickRequest(Request):
    """The host's user who tapped the anchor."""

    host_user_id: HostUserId


class Onward(Answer):
    """What to show instead: the store of the same mini program, or the host's entrance."""

    page: Literal["store", "entrance"]
    mini_program_id: str | None = None


class Target(Answer):
    """Where a tap or a scan leads.

    If it cannot be opened, `available` is false, `reason` says why, `product` may be null, and `instead` says what to show.
    """

    mini_program_id: str
    page: Literal["product", "store"] = "product"
    product: ProductPage | None = None
    available: bool = True
    reason: Literal["delisted", "suspended", "sold_out", "not_in_this_host", "gone"] | None = None
    instead: Onward | None = None


class ClickAnswer(Answer):
    """The signed click and the page to show."""

    click_id: str
    target: Target
