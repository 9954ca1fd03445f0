"""Reads the merchants from a JSON file that lies next to their public keys."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from alipay_sandbox.adapters.keys import VerifyingKey
from alipay_sandbox.domain.merchants import Merchant, Merchants


class MerchantEntry(BaseModel):
    """One entry of `merchants.json`. Paths are relative to the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    app_id: str = Field(pattern=r"^[0-9]{1,32}$")
    seller_id: str = Field(pattern=r"^2088[0-9]{12}$")
    app_public_key_files: list[Path] = Field(min_length=1)


ENTRIES = TypeAdapter(list[MerchantEntry])


def read_merchants(file: Path) -> Merchants:
    """The merchants of the file; raises OSError or ValueError with what is wrong with it."""
    return Merchants(
        Merchant(
            entry.name,
            entry.app_id,
            entry.seller_id,
            tuple(VerifyingKey.read(file.parent / key) for key in entry.app_public_key_files),
        )
        for entry in ENTRIES.validate_json(file.read_bytes())
    )
