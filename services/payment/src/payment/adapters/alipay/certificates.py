"""Alipay's certificate mode: serial numbers as Alipay computes them, and the chain from a certificate to Alipay's roots.

Source: Alipay open platform, "certificate signing". A serial number (SN) is the MD5 of issuer and number, not the number itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import ClassVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from payment.adapters.alipay.keys import VerifyingKeys

SN = re.compile(r"[0-9a-f]{32}", re.ASCII)
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_RSA_SIGNATURES = "1.2.840.113549.1.1"
_RSA_BYTES = bytes.fromhex("2a864886f70d0101")
"""The same object identifier as it stands in a certificate."""


class Untrusted(ValueError):
    """A certificate that is not one of Alipay's, or not valid now; the text says why."""

    loggable: ClassVar[bool] = True


def serial_number(certificate: x509.Certificate) -> str:
    """The SN of a certificate. The issuer is written as RFC 4514 has it: the last part first."""
    text = f"{certificate.issuer.rfc4514_string()}{certificate.serial_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def read_chain(content: bytes) -> list[x509.Certificate]:
    """The certificates in a PEM file, at least one; raises ValueError."""
    chain = [x509.load_der_x509_certificate(der) for der in _ders(content)]
    if not chain:
        raise ValueError("there is no certificate in PEM format")
    return chain


def _ders(content: bytes) -> list[bytes]:
    try:
        return [base64.b64decode(b"".join(body.split()), validate=True) for body in _PEM.findall(content)]
    except binascii.Error as wrong:
        raise ValueError(f"a certificate is not base64: {wrong}") from None


@dataclass(frozen=True, slots=True)
class Roots:
    """Alipay's root certificates. Those with RSA signatures count; `sn` joins their SNs."""

    certificates: Sequence[x509.Certificate]
    sn: str

    @classmethod
    def read(cls, content: bytes) -> Roots:
        """Reads Alipay's root file; raises ValueError if it has no root with an RSA signature.

        Alipay's file also holds roots for other algorithms, and at least one of them is not DER: these are left out.
        """
        certificates = []
        for der in _ders(content):
            try:
                certificate = x509.load_der_x509_certificate(der)
            except ValueError:
                if _RSA_BYTES in der:  # leaving it out would make another SN
                    raise
                continue
            if certificate.signature_algorithm_oid.dotted_string.startswith(_RSA_SIGNATURES):
                certificates.append(certificate)
        if not certificates:
            raise ValueError("there is no root certificate with an RSA signature")
        return cls(tuple(certificates), "_".join(map(serial_number, certificates)))

    def chain_of(
        self, certificate: x509.Certificate, others: Sequence[x509.Certificate]
    ) -> list[x509.Certificate]:
        """From the certificate to a root; raises Untrusted.

        At most one certificate stands in between, and a root has issued it: Alipay's own has no mark of an issuer, so without
        this rule whoever has a certificate from Alipay could issue another one.
        """
        between = [[], *([other] for other in others if other != certificate)]
        for middle in between:
            issued = [certificate, *middle]
            for root in self.certificates:
                chain = [*issued, root]
                if all(_issued(a, b) for a, b in pairwise(chain)):
                    return chain
        raise Untrusted("no chain leads from the certificate to Alipay's root certificates")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


@dataclass(slots=True)
class AlipayCertificates:
    """Alipay's certificates, by SN: those of the settings, and those that were fetched since."""

    roots: Roots
    certificates: Sequence[x509.Certificate]
    """Those of the settings: of Alipay, and of the issuer in between."""
    own_key: bytes
    """Our app's public key, which is never Alipay's."""
    leaves: dict[str, x509.Certificate] = field(default_factory=dict)
    _keys: dict[str, VerifyingKeys] = field(default_factory=dict)

    @classmethod
    def read(cls, files: Sequence[bytes], roots: Roots, own_key: bytes) -> AlipayCertificates:
        """Each file holds one of Alipay's certificates and the issuer's. Raises ValueError; expired ones are read."""
        chains = [read_chain(file) for file in files]
        others = [certificate for chain in chains for certificate in chain]
        found = cls(roots, others, own_key)
        for chain in chains:
            roots.chain_of(chain[0], others)
            found._add(chain[0])
        return found

    def knows(self, sn: str) -> bool:
        """Whether there is a certificate with this SN."""
        return sn in self._keys

    def verify(self, content: bytes, signature: str, sn: str = "") -> bool:
        """Whether Alipay signed the content: with the certificate of this SN, or with any if none is named."""
        if sn:
            return sn in self._keys and self._keys[sn].verify(content, signature)
        return any(keys.verify(content, signature) for keys in self._keys.values())

    def accept(self, sn: str, content: bytes, now: datetime) -> x509.Certificate:
        """Trust a certificate that was fetched; raises ValueError unless it has this SN, is valid now and leads to a root."""
        fetched = read_chain(content)
        certificate = next((one for one in fetched if serial_number(one) == sn), None)
        if certificate is None:
            raise Untrusted("it has another serial number")
        for one in self.roots.chain_of(certificate, [*fetched, *self.certificates]):
            if not one.not_valid_before_utc <= now <= one.not_valid_after_utc:
                raise Untrusted(f"{one.subject.rfc4514_string()} is not valid now")
        self._add(certificate)
        return certificate

    def _add(self, certificate: x509.Certificate) -> None:
        public = public_key(certificate)
        if public == self.own_key:
            raise Untrusted("it is the certificate of the app, not Alipay's")
        sn = serial_number(certificate)
        self.leaves[sn], self._keys[sn] = certificate, VerifyingKeys([public])


def public_key(certificate: x509.Certificate) -> bytes:
    """The certificate's RSA key as PEM; raises ValueError for another kind of key."""
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise Untrusted("the certificate's key is not RSA")
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True)
class AppCertificate:
    """The certificate of the merchant's app."""

    certificate: x509.Certificate
    sn: str

    @classmethod
    def read(cls, content: bytes, own_key: bytes) -> AppCertificate:
        """Raises ValueError when the certificate does not belong to the app's private key."""
        certificate = read_chain(content)[0]
        if public_key(certificate) != own_key:
            raise ValueError("the app's certificate does not belong to its private key")
        return cls(certificate, serial_number(certificate))
