"""RSA keys in every format that Alipay's tools produce. RSA2 is PKCS#1 v1.5 with SHA-256."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_PADDING = padding.PKCS1v15()
_HASH = hashes.SHA256()
_BARE = re.compile(rb"[A-Za-z0-9+/=\s]+")


class SigningKey:
    """The merchant's private key."""

    def __init__(self, text: bytes) -> None:
        """Reads PKCS#1 or PKCS#8, as PEM or bare base64; raises ValueError for anything else."""
        if _BARE.fullmatch(text.strip()):
            key = serialization.load_der_private_key(base64.b64decode(text), password=None)
        else:
            key = serialization.load_pem_private_key(text, password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("not an RSA private key")
        self._key = key

    @classmethod
    def read(cls, file: Path) -> SigningKey:
        """The key in a file; raises OSError, or ValueError naming the file."""
        try:
            return cls(file.read_bytes())
        except ValueError as wrong:
            raise ValueError(f"{file}: {wrong}") from wrong

    def public_pem(self) -> bytes:
        """The public key that belongs to it, as SPKI PEM."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, text: str) -> str:
        """The RSA2 signature of a text in UTF-8, as base64 on one line."""
        return self.sign_bytes(text.encode())

    def sign_bytes(self, content: bytes) -> str:
        """The RSA2 signature of bytes, as base64 on one line."""
        return base64.b64encode(self._key.sign(content, _PADDING, _HASH)).decode("ascii")


class VerifyingKeys:
    """Alipay's public keys: two are valid while one replaces the other."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        """Reads SPKI or PKCS#1, as PEM or bare base64; raises ValueError for anything else, or without any key."""
        if not texts:
            raise ValueError("at least one public key from Alipay is needed")
        self._keys = [_public_key(text) for text in texts]

    @classmethod
    def read(cls, files: Sequence[Path]) -> VerifyingKeys:
        """The keys in files; raises OSError or ValueError."""
        return cls([file.read_bytes() for file in files])

    def verify(self, content: bytes, signature: str) -> bool:
        """Whether one of the keys signed exactly `content` with SHA-256. Never raises for a bad signature."""
        try:
            raw = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            return False
        return any(_signed(key, raw, content) for key in self._keys)


def _signed(key: rsa.RSAPublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content, _PADDING, _HASH)
    except InvalidSignature:
        return False
    return True


def _public_key(text: bytes) -> rsa.RSAPublicKey:
    if _BARE.fullmatch(text.strip()):
        key = serialization.load_der_public_key(base64.b64decode(text))
    else:
        key = serialization.load_pem_public_key(text)
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key
