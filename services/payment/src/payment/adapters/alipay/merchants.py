"""The merchants that collect through Alipay, from a JSON file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contracts.payment import DEFAULT_MERCHANT
from payment.adapters.alipay.keys import SigningKey, VerifyingKeys
from payment.domain.trade import Collector

PROVIDER = "alipay"


class MerchantEntry(BaseModel):
    """One merchant. Paths are relative to the file. Two public keys are valid while one replaces the other.

    `page_url` is the gateway's address for browsers, where it differs from the one for servers. `owner_id` is the owner to whom
    the merchant belongs; without it, it is the platform's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    merchant: str = Field(min_length=1, max_length=64)
    app_id: str = Field(pattern=r"^[0-9]{1,32}$")
    seller_id: str = Field(pattern=r"^[0-9]{16}$")
    gateway_url: str = Field(pattern=r"^https?://")
    owner_id: str | None = Field(default=None, min_length=1, max_length=64)
    page_url: str | None = Field(default=None, pattern=r"^https?://")
    app_private_key_file: Path
    alipay_public_key_files: list[Path] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant with its keys."""

    collector: Collector
    gateway_url: str
    page_url: str
    key: SigningKey
    alipay_keys: VerifyingKeys


def read_merchants(file: Path) -> Sequence[Merchant]:
    """The merchants; raises OSError, or ValueError saying what is wrong with the file or a key."""
    entries = TypeAdapter(list[MerchantEntry]).validate_json(file.read_bytes())
    names = [entry.merchant for entry in entries]
    if len(set(names)) != len(names):
        raise ValueError(f"{file}: a merchant is named twice")
    default = next((entry for entry in entries if entry.merchant == DEFAULT_MERCHANT), None)
    if default is None or default.owner_id is not None:
        raise ValueError(
            f"{file}: the platform's own merchant {DEFAULT_MERCHANT!r} is missing: mini programs start with it"
        )
    return [_merchant(entry, file.parent) for entry in entries]


def _merchant(entry: MerchantEntry, folder: Path) -> Merchant:
    return Merchant(
        collector=Collector(PROVIDER, entry.merchant, entry.app_id, entry.seller_id, entry.owner_id),
        gateway_url=entry.gateway_url,
        page_url=entry.page_url or entry.gateway_url,
        key=SigningKey.read(folder / entry.app_private_key_file),
        alipay_keys=VerifyingKeys.read([folder / key for key in entry.alipay_public_key_files]),
    )
