"""What a buyer keeps in one mini program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from checkout.domain.errors import AddressNotFound, KeyReused, TooManyAddresses
from checkout.domain.purchase import Address

MAX_ADDRESSES = 50


@dataclass(frozen=True, slots=True)
class SavedAddress:
    """An address that the buyer can use again. One address at most is the default. `version` counts its changes.

    `key` and `fingerprint` are those of the request that saved it, if it had an idempotency key.
    """

    address_id: str
    address: Address
    is_default: bool = False
    key: str | None = None
    fingerprint: str | None = None
    version: int = 1

    def shown_as(self, address: Address, *, is_default: bool) -> SavedAddress:
        """With these, as its next version if they differ."""
        if (address, is_default) == (self.address, self.is_default):
            return self
        return replace(self, address=address, is_default=is_default, version=self.version + 1)


Book = tuple[SavedAddress, ...]
"""A buyer's addresses in a mini program, newest first."""


def with_address(book: Book, new: SavedAddress) -> tuple[Book, SavedAddress]:
    """The book with the address, and the address as it is there. One that is there already is not saved twice, nor is one
    whose request was repeated, whatever the buyer has changed in the meantime.

    Raises TooManyAddresses, and KeyReused when the key was used for another request.
    """
    repeated = next((saved for saved in book if new.key is not None and saved.key == new.key), None)
    if repeated is not None and repeated.fingerprint != new.fingerprint:
        raise KeyReused
    if repeated is not None:
        return book, repeated
    same = next((saved for saved in book if saved.address == new.address), None)
    if same is not None:
        new = replace(
            same.shown_as(same.address, is_default=same.is_default or new.is_default),
            key=new.key or same.key,
            fingerprint=new.fingerprint or same.fingerprint,
        )
        return _one_default(tuple(new if saved is same else saved for saved in book), new), new
    if len(book) >= MAX_ADDRESSES:
        raise TooManyAddresses(f"You have {MAX_ADDRESSES} addresses, which is the maximum. Delete one first.")
    return _one_default((new, *book), new), new


def preferred(book: Book) -> SavedAddress | None:
    """The default address, or else the newest; None in an empty book."""
    return next((saved for saved in book if saved.is_default), book[0] if book else None)


def with_older(book: Book, older: Sequence[SavedAddress]) -> Book:
    """The book with older addresses, newest first, behind its own. None is lost to the limit; one that is there already is
    not there twice."""
    for saved in older:
        if all(other.address != saved.address and other.address_id != saved.address_id for other in book):
            has_default = any(other.is_default for other in book)
            book = (*book, replace(saved, is_default=saved.is_default and not has_default))
    return book


def found_in(book: Book, address_id: str) -> SavedAddress:
    """Raises AddressNotFound."""
    for saved in book:
        if saved.address_id == address_id:
            return saved
    raise AddressNotFound(address_id)


def with_change(
    book: Book, address_id: str, address: Address, *, is_default: bool
) -> tuple[Book, SavedAddress]:
    """The book with the address as it is now, and the address. Raises AddressNotFound."""
    before = found_in(book, address_id)
    after = before.shown_as(address, is_default=is_default)
    return _one_default(tuple(after if saved is before else saved for saved in book), after), after


def without(book: Book, address_id: str) -> Book:
    """The book without the address. Raises AddressNotFound."""
    gone = found_in(book, address_id)
    return tuple(saved for saved in book if saved is not gone)


def _one_default(book: Book, latest: SavedAddress) -> Book:
    if not latest.is_default:
        return book
    return tuple(
        saved if saved is latest else saved.shown_as(saved.address, is_default=False) for saved in book
    )


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
    title_en: str
    image: str
    price: int
