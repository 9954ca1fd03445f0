"""The viewer's own page in a mini program, and saved addresses."""

from __future__ import annotations

from datetime import datetime

from contracts.api.common import Answer
from contracts.api.orders import Address
from contracts.money import Money


class AddressView(Address):
    """A saved address."""

    address_id: str
    is_default: bool = False


class AddressRequest(Address):
    """An address to save."""

    is_default: bool = False


class OrderCounts(Answer):
    """How many orders are in which state."""

    awaiting_payment: int = 0
    paid: int = 0
    shipped: int = 0
    completed: int = 0
    refunding: int = 0


class RecentView(Answer):
    """A product looked at lately."""

    product_id: str
    mini_program_id: str
    title: str
    price: Money
    image_url: str
    viewed_at: datetime


class AccountPage(Answer):
    """The viewer's own page in one mini program."""

    openid: str
    addresses: list[AddressView]
    orders: OrderCounts
    recently_viewed: list[RecentView] | None
    degraded: list[str] = []
