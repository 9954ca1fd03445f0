"""The merchants that collect through Alipay, from a JSON file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from contracts.payment import DEFAULT_MERCHANT
from payment.adapters.alipay.certificates import AlipayCertificates, AppCertificate, Roots
from payment.adapters.alipay.keys import SigningKey, VerifyingKeys
from payment.domain.trade import Collector

PROVIDER = "alipay"
Content = TypeVar("Content")


class MerchantEntry(BaseModel):
    """One merchant. Paths are relative to the file.

    Key mode names `alipay_public_key_files`; two public keys are valid while one replaces the other. Certificate mode names the
    other three. `page_url` is the gateway's address for browsers, where it differs from the one for servers. `owner_id` is the
    owner to whom the merchant belongs; without it, it is the platform's. A `closed` merchant collects for no new order; its
    trades go on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    merchant: str = Field(min_length=1, max_length=64)
    app_id: str = Field(pattern=r"^[0-9]{1,32}$")
    seller_id: str = Field(pattern=r"^[0-9]{16}$")
    gateway_url: str = Field(pattern=r"^https?://")
    owner_id: str | None = Field(default=None, min_length=1, max_length=64)
    page_url: str | None = Field(default=None, pattern=r"^https?://")
    closed: bool = False
    app_private_key_file: Path
    alipay_public_key_files: list[Path] = []
    app_cert_file: Path | None = None
    alipay_cert_files: list[Path] = []
    alipay_root_cert_file: Path | None = None

    @model_validator(mode="after")
    def _one_mode(self) -> Self:
        certificates = (self.app_cert_file, self.alipay_cert_files, self.alipay_root_cert_file)
        if self.alipay_public_key_files if any(certificates) else not self.alipay_public_key_files:
            raise ValueError(
                "a merchant has alipay_public_key_files, or else app_cert_file, alipay_cert_files and alipay_root_cert_file"
            )
        if any(certificates) and not all(certificates):
            raise ValueError(
                "certificate mode needs app_cert_file, alipay_cert_files and alipay_root_cert_file"
            )
        return self

    def files(self) -> list[Path]:
        """All files that it names."""
        optional = [file for file in (self.app_cert_file, self.alipay_root_cert_file) if file is not None]
        return [
            self.app_private_key_file,
            *self.alipay_public_key_files,
            *self.alipay_cert_files,
            *optional,
        ]


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant with its keys. `app_certificate` is set in certificate mode."""

    collector: Collector
    gateway_url: str
    page_url: str
    key: SigningKey
    alipay_keys: VerifyingKeys | AlipayCertificates
    app_certificate: AppCertificate | None = None
    closed: bool = False

    def expiries(self) -> Iterator[tuple[str, datetime]]:
        """When its certificates expire: of the app, the last one of Alipay that is in the settings or was fetched, and the root."""
        if self.app_certificate is None or not isinstance(self.alipay_keys, AlipayCertificates):
            return
        keys = self.alipay_keys
        yield "app", self.app_certificate.certificate.not_valid_after_utc
        yield "alipay", max(one.not_valid_after_utc for one in keys.leaves.values())
        yield "root", max(one.not_valid_after_utc for one in keys.roots.certificates)


def read_entries(file: Path) -> list[MerchantEntry]:
    """The entries; raises OSError, or ValueError saying what is wrong with the file."""
    return TypeAdapter(list[MerchantEntry]).validate_json(file.read_bytes())


def read_merchants(file: Path) -> Sequence[Merchant]:
    """The merchants; raises OSError, or ValueError saying what is wrong with the file, a key or a certificate."""
    entries = read_entries(file)
    names = [entry.merchant for entry in entries]
    if len(set(names)) != len(names):
        raise ValueError(f"{file}: a merchant is named twice")
    default = next((entry for entry in entries if entry.merchant == DEFAULT_MERCHANT), None)
    if default is None or default.owner_id is not None or default.closed:
        raise ValueError(
            f"{file}: the platform's own merchant {DEFAULT_MERCHANT!r} is missing: mini programs start with it"
        )
    return [_merchant(entry, file.parent) for entry in entries]


def _merchant(entry: MerchantEntry, folder: Path) -> Merchant:
    key = SigningKey.read(folder / entry.app_private_key_file)
    alipay_keys: VerifyingKeys | AlipayCertificates
    app_certificate = None
    if entry.app_cert_file is None or entry.alipay_root_cert_file is None:
        alipay_keys = VerifyingKeys.read([folder / file for file in entry.alipay_public_key_files])
    else:
        own, alipay_files = key.public_pem(), [folder / file for file in entry.alipay_cert_files]
        app_certificate = _read(
            lambda content: AppCertificate.read(content, own), folder / entry.app_cert_file
        )
        roots = _read(Roots.read, folder / entry.alipay_root_cert_file)
        contents = [file.read_bytes() for file in alipay_files]
        try:
            alipay_keys = AlipayCertificates.read(contents, roots, own)
        except ValueError as wrong:
            raise ValueError(f"{', '.join(map(str, alipay_files))}: {wrong}") from wrong
    return Merchant(
        collector=Collector(PROVIDER, entry.merchant, entry.app_id, entry.seller_id, entry.owner_id),
        gateway_url=entry.gateway_url,
        page_url=entry.page_url or entry.gateway_url,
        key=key,
        alipay_keys=alipay_keys,
        app_certificate=app_certificate,
        closed=entry.closed,
    )


def _read(read: Callable[[bytes], Content], file: Path) -> Content:
    """What a file holds; raises OSError, or ValueError naming the file."""
    try:
        return read(file.read_bytes())
    except ValueError as wrong:
        raise ValueError(f"{file}: {wrong}") from wrong
