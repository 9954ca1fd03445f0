"""The merchants that the sandbox knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
    keys: tuple[SignatureCheck, ...] = ()
    certified: Mapping[str, SignatureCheck] = field(default_factory=dict)
    """Certificate mode: the keys by the SNs of their certificates."""

    def signed(self, text: str, signature: str, charset: str) -> bool:
        """Whether one of the merchant's keys made this signature."""
        return any(key.verifies(text, signature, charset) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Certificates:
    """Alipay's certificate, with its issuer's, as PEM, and the SNs of it and of the root."""

    sn: str
    root_sn: str
    chain: bytes


class Merchants:
    """All merchants, by app_id, and the certificates of Alipay for those in certificate mode."""

    def __init__(self, merchants: Iterable[Merchant], certificates: Certificates | None = None) -> None:
        self._by_app = {merchant.app_id: merchant for merchant in merchants}
        self.certificates = certificates

    def cert_sn_for(self, app_id: str) -> str:
        """The SN of the certificate that verifies what Alipay sends to this app; empty in key mode."""
        merchant = self._by_app.get(app_id)
        certified = merchant is not None and merchant.certified
        return self.certificates.sn if certified and self.certificates is not None else ""

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
