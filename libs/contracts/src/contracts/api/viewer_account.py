"""The viewer's account page in a mini program, and saved addresses."""

from __future__ import annotations

from datetime import datetime

from contracts.api.common import Answer
from contracts.api.orders import Address
from contracts.money import Money


class AddressView(Address):
    """A saved address."""

    address_id: str
    is_default: bool = False
    version: int


class AddressRequest(Address):
    """An address to save."""

    is_default: bool = False


class OrderCounts(Answer):
    """How many of the viewer's orders have each status."""

    awaiting_payment: int = 0
    paid: int = 0
    shipped: int = 0
    completed: int = 0
    refunding: int = 0


class RecentView(Answer):
    """A recently viewed product."""

    product_id: str
    mini_program_id: str
    title: str
    title_en: str = ""
    price: Money
    image_url: str
    viewed_at: datetime


class AccountPage(Answer):
    """The viewer's account page in one mini program. Parts that could not be loaded are null and listed in `degraded`."""

    openid: str
    addresses: list[AddressView]
    orders: OrderCounts
    recently_viewed: list[RecentView] | None
    degraded: list[str] = []
