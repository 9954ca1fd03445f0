"""A buyer's saved addresses in a mini program."""

from __future__ import annotations

from dataclasses import dataclass

from checkout.application.access import Buyer
from checkout.application.ports import Addresses
from checkout.domain.account import MAX_ADDRESSES, SavedAddress
from checkout.domain.errors import AddressNotFound, TooManyAddresses
from checkout.domain.purchase import Address
from runtime.clock import Clock
from runtime.ids import NewId


@dataclass(frozen=True, slots=True)
class AddressBook:
    addresses: Addresses
    clock: Clock
    new_id: NewId

    async def all(self, buyer: Buyer) -> list[SavedAddress]:
        """Newest first."""
        return await self.addresses.all(buyer.mini_program_id, buyer.openid)

    async def add(self, buyer: Buyer, address: Address, *, is_default: bool) -> SavedAddress:
        """Raises TooManyAddresses."""
        if len(await self.all(buyer)) >= MAX_ADDRESSES:
            raise TooManyAddresses(
                f"You have {MAX_ADDRESSES} addresses, which is the maximum. Delete one first."
            )
        saved = SavedAddress(self.new_id(), address, is_default)
        await self.addresses.add(buyer.mini_program_id, buyer.openid, saved, self.clock())
        await self._keep_one_default(buyer, saved)
        return saved

    async def replace(self, buyer: Buyer, saved: SavedAddress) -> None:
        """Raises AddressNotFound."""
        if not await self.addresses.replace(buyer.mini_program_id, buyer.openid, saved):
            raise AddressNotFound(saved.address_id)
        await self._keep_one_default(buyer, saved)

    async def delete(self, buyer: Buyer, address_id: str) -> None:
        """Raises AddressNotFound."""
        if not await self.addresses.delete(buyer.mini_program_id, buyer.openid, address_id):
            raise AddressNotFound(address_id)

    async def _keep_one_default(self, buyer: Buyer, saved: SavedAddress) -> None:
        if saved.is_default:
            await self.addresses.clear_default(buyer.mini_program_id, buyer.openid, but=saved.address_id)
