"""RSA keys and certificates in every format that Alipay's tools produce."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_BARE = re.compile(rb"[A-Za-z0-9+/=\s]+")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def private_key(text: bytes) -> rsa.RSAPrivateKey:
    """PKCS#1 or PKCS#8, as PEM or bare base64; raises ValueError."""
    if _BARE.fullmatch(text.strip()):
        key = serialization.load_der_private_key(_decoded(text), password=None)
    else:
        key = serialization.load_pem_private_key(text, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA private key")
    return key


def public_key(text: bytes) -> rsa.RSAPublicKey:
    """SPKI, PKCS#1 or a certificate, as PEM, or bare base64; raises ValueError."""
    if is_certificate(text):
        key = certificates(text)[0].public_key()
    elif _BARE.fullmatch(text.strip()):
        key = serialization.load_der_public_key(_decoded(text))  # type: ignore[assignment]
    else:
        key = serialization.load_pem_public_key(text)  # type: ignore[assignment]
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key


def is_certificate(text: bytes) -> bool:
    return _CERTIFICATE in text


def certificates(text: bytes) -> list[x509.Certificate]:
    """All certificates of a file, its own first; raises ValueError."""
    return x509.load_pem_x509_certificates(text)


def first_expiry(text: bytes) -> datetime:
    """When the first certificate of a file expires; raises ValueError."""
    return min(certificate.not_valid_after_utc for certificate in certificates(text))


def sign(key: rsa.RSAPrivateKey, text: str) -> str:
    """RSA2: PKCS#1 v1.5 with SHA-256, as base64."""
    return base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode("ascii")


def verifies(key: rsa.RSAPublicKey, content: bytes, signature: str) -> bool:
    """Whether the key signed exactly this content."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _decoded(text: bytes) -> bytes:
    return base64.b64decode(b"".join(text.split()))
