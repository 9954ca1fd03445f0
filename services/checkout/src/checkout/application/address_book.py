"""A buyer's saved addresses in a mini program."""

from __future__ import annotations

from dataclasses import dataclass

from checkout.application.access import Buyer
from checkout.application.ports import Addresses
from checkout.domain.account import Book, SavedAddress, found_in, with_address, with_change, without
from checkout.domain.purchase import Address
from runtime.errors import must_be_version
from runtime.ids import NewId


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Each change is one write of the whole book, so its limit and its one default hold whatever happens at once."""

    addresses: Addresses
    new_id: NewId

    async def all(self, buyer: Buyer) -> Book:
        """Newest first."""
        return await self.addresses.all(buyer.mini_program_id, buyer.openid)

    async def get(self, buyer: Buyer, address_id: str) -> SavedAddress:
        """Raises AddressNotFound."""
        return found_in(await self.all(buyer), address_id)

    async def add(
        self,
        buyer: Buyer,
        address: Address,
        *,
        is_default: bool,
        key: str | None = None,
        fingerprint: str = "",
    ) -> SavedAddress:
        """Save the address once, however often it is sent; the saved one. Raises TooManyAddresses and KeyReused."""
        new = SavedAddress(self.new_id(), address, is_default, key, fingerprint if key is not None else None)
        saved = new

        def decide(book: Book) -> Book:
            nonlocal saved
            book, saved = with_address(book, new)
            return book

        await self.addresses.change(buyer.mini_program_id, buyer.openid, decide)
        return saved

    async def replace(
        self,
        buyer: Buyer,
        address_id: str,
        address: Address,
        *,
        is_default: bool,
        expected: int | None = None,
    ) -> SavedAddress:
        """The address after the change. Raises AddressNotFound, and VersionConflict if it has not the `expected` version."""
        saved: SavedAddress | None = None

        def decide(book: Book) -> Book:
            nonlocal saved
            must_be_version(expected, found_in(book, address_id).version)
            book, saved = with_change(book, address_id, address, is_default=is_default)
            return book

        await self.addresses.change(buyer.mini_program_id, buyer.openid, decide)
        assert saved is not None  # noqa: S101 - decide has run
        return saved

    async def delete(self, buyer: Buyer, address_id: str) -> None:
        """Raises AddressNotFound."""
        await self.addresses.change(
            buyer.mini_program_id, buyer.openid, lambda book: without(book, address_id)
        )
