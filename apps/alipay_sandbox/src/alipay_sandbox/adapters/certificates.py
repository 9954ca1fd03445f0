"""Certificates of a simulated Alipay: a root, an issuer, and certificates for Alipay and for merchants' apps."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from alipay_sandbox.adapters.keys import SigningKey

YEARS = timedelta(days=5 * 365)


def serial_number(certificate: x509.Certificate) -> str:
    """The SN of the protocol: MD5 over the issuer, last part first, and the certificate's number."""
    text = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def root_serial_number(pem: bytes) -> str:
    """The SN of a file of roots: those of the roots with RSA signatures, joined by `_`."""
    return "_".join(
        serial_number(root)
        for root in x509.load_pem_x509_certificates(pem)
        if root.signature_algorithm_oid.dotted_string.startswith("1.2.840.113549.1.1")
    )


def first_certificate(file: Path) -> x509.Certificate:
    """The first certificate of a PEM file; raises OSError or ValueError."""
    return x509.load_pem_x509_certificates(file.read_bytes())[0]


class Issuer:
    """Issues certificates. The issuer between the root and the others has no mark that it may issue, as at Alipay."""

    def __init__(self, name: x509.Name, key: SigningKey) -> None:
        self.name = name
        self.key = key

    @classmethod
    def named(cls, common: str, key: SigningKey) -> "Issuer":
        """An authority under this name."""
        return cls(_name(common, "Sandbox Certification Authority", "Sandbox"), key)

    def issue(
        self, common: str, organization: str, key: SigningKey, *, authority: bool = False
    ) -> x509.Certificate:
        """A certificate of this key, valid from yesterday for five years."""
        now = datetime.now(UTC)
        subject = (
            _name(common, "Sandbox Certification Authority", "Sandbox")
            if authority
            else _name(common, "Sandbox", organization)
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + YEARS)
        )
        return builder.sign(self.key.private_key(), hashes.SHA256())


def to_pem(*certificates: x509.Certificate) -> bytes:
    """The certificates one after the other."""
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def _name(common: str, unit: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(x509.NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common),
        ]
    )
