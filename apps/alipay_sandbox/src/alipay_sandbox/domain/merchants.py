"""The merchants that the sandbox knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class SignatureCheck(Protocol):
    """A public key."""

    def verifies(self, text: str, signature: str, charset: str = "utf-8") -> bool:
        """Whether `signature` is this key's over `text`."""


@dataclass(frozen=True, slots=True)
class Merchant:
    """A caller of the gateway, and the keys that verify its requests. Several keys may be valid at once."""

    name: str
    app_id: str
    seller_id: str
    keys: tuple[SignatureCheck, ...]

    def signed(self, text: str, signature: str, charset: str) -> bool:
        """Whether one of the merchant's keys made this signature."""
        return any(key.verifies(text, signature, charset) for key in self.keys)


class Merchants:
    """All merchants, by app_id."""

    def __init__(self, merchants: Iterable[Merchant]) -> None:
        self._by_app = {merchant.app_id: merchant for merchant in merchants}

    def of_app(self, app_id: str) -> Merchant | None:
        """The merchant of an app_id, if it is known."""
        return self._by_app.get(app_id)

    def seller_ids(self) -> list[str]:
        """The sellers, each once."""
        return sorted({merchant.seller_id for merchant in self._by_app.values()})

    def name_of(self, app_id: str) -> str:
        """The merchant's name as the cashier shows it."""
        merchant = self._by_app.get(app_id)
        return merchant.name if merchant else app_id
