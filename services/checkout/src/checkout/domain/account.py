"""What a buyer keeps in one mini program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from checkout.domain.purchase import Address

MAX_ADDRESSES = 50


@dataclass(frozen=True, slots=True)
class SavedAddress:
    """An address that the buyer can use again. One address at most is the default."""

    address_id: str
    address: Address
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class ProductView:
    """A viewer (a pseudonym) viewed a product in a mini program."""

    mini_program_id: str
    viewer: str
    product_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product as the account page shows it, with the lowest price of its SKUs."""

    product_id: str
    title: str
    image: str
    price: int
