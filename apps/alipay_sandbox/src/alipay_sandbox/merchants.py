"""The merchants that the sandbox knows, read from a JSON file beside their public keys."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from alipay_sandbox.adapters.keys import VerifyingKey


class MerchantEntry(BaseModel):
    """One entry of `merchants.json`. Several public keys may be alive at once; paths are relative to the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    app_id: str = Field(pattern=r"^[0-9]{1,32}$")
    seller_id: str = Field(pattern=r"^2088[0-9]{12}$")
    app_public_key_files: list[Path] = Field(min_length=1)


ENTRIES = TypeAdapter(list[MerchantEntry])


class Merchant:
    """Who may call the gateway, and the keys that its requests are checked with."""

    def __init__(self, name: str, app_id: str, seller_id: str, keys: Iterable[VerifyingKey]) -> None:
        self.name = name
        self.app_id = app_id
        self.seller_id = seller_id
        self._keys = tuple(keys)

    def signed(self, text: str, signature: str, charset: str) -> bool:
        """Whether any of the merchant's keys made this signature."""
        return any(key.verifies(text, signature, charset) for key in self._keys)


class Merchants:
    """All merchants, by app_id."""

    def __init__(self, merchants: Iterable[Merchant]) -> None:
        self._by_app = {merchant.app_id: merchant for merchant in merchants}

    @classmethod
    def read(cls, file: Path) -> "Merchants":
        """Reads the JSON file; raises OSError or ValueError with what is wrong with it."""
        entries = ENTRIES.validate_json(file.read_bytes())
        return cls(
            Merchant(
                entry.name,
                entry.app_id,
                entry.seller_id,
                (VerifyingKey.read(file.parent / key) for key in entry.app_public_key_files),
            )
            for entry in entries
        )

    def of_app(self, app_id: str) -> Merchant | None:
        """The merchant of an app_id, if it is known."""
        return self._by_app.get(app_id)

    def seller_ids(self) -> list[str]:
        """The sellers, each once."""
        return sorted({merchant.seller_id for merchant in self._by_app.values()})

    def name_of(self, app_id: str) -> str:
        """What the cashier calls the merchant."""
        merchant = self._by_app.get(app_id)
        return merchant.name if merchant else app_id
