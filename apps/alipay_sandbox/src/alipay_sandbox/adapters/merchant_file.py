"""Reads the merchants from a JSON file that lies next to their public keys and certificates, and Alipay's certificates."""

from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from alipay_sandbox.adapters.certificates import first_certificate, root_serial_number, serial_number
from alipay_sandbox.adapters.keys import VerifyingKey
from alipay_sandbox.domain.merchants import Certificates, Merchant, Merchants, SignatureCheck


class MerchantEntry(BaseModel):
    """One entry of `merchants.json`: keys, or certificates. Paths are relative to the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    app_id: str = Field(pattern=r"^[0-9]{1,32}$")
    seller_id: str = Field(pattern=r"^2088[0-9]{12}$")
    app_public_key_files: list[Path] = []
    app_cert_files: list[Path] = []

    @model_validator(mode="after")
    def _one_mode(self) -> Self:
        if bool(self.app_public_key_files) == bool(self.app_cert_files):
            raise ValueError("a merchant has app_public_key_files or app_cert_files")
        return self


ENTRIES = TypeAdapter(list[MerchantEntry])


def read_merchants(file: Path, certificates: Certificates | None) -> Merchants:
    """The merchants of the file; raises OSError or ValueError with what is wrong with it."""
    entries = ENTRIES.validate_json(file.read_bytes())
    if certificates is None and any(entry.app_cert_files for entry in entries):
        raise ValueError(f"{file}: a merchant has certificates, and Alipay has none")
    return Merchants(
        (
            Merchant(
                entry.name,
                entry.app_id,
                entry.seller_id,
                tuple(VerifyingKey.read(file.parent / key) for key in entry.app_public_key_files),
                dict(_certified(file.parent / certificate) for certificate in entry.app_cert_files),
            )
            for entry in entries
        ),
        certificates,
    )


def read_certificates(alipay: Path, root: Path) -> Certificates | None:
    """Alipay's certificate and root; None in a folder that has none yet."""
    if not alipay.exists() or not root.exists():
        return None
    sn = serial_number(first_certificate(alipay))
    return Certificates(sn, root_serial_number(root.read_bytes()), alipay.read_bytes())


def _certified(file: Path) -> tuple[str, SignatureCheck]:
    certificate = first_certificate(file)
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError(f"{file} holds no RSA public key")
    return serial_number(certificate), VerifyingKey(key)
