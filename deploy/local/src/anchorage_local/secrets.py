"""Secrets of a local installation: made at the first start, kept in files that only their owner reads."""

from __future__ import annotations

import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from anchorage_local.files import PRIVATE, write_whole


class Secrets:
    """The secrets in one folder, each by its name. What is there is never made anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, name: str) -> Path:
        """A folder for those who keep their key files themselves."""
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    def token(self, name: str) -> str:
        """A random secret of 256 bits, in hexadecimal digits: for HMACs and for clients' secrets."""
        path = self._folder / name
        if not path.exists():
            write_whole(path, secrets.token_hex(32), PRIVATE)
        return path.read_text()

    def rsa_key_file(self, name: str) -> Path:
        """The file of an RSA private key of 2048 bits (PKCS#8 PEM)."""
        path = self._folder / f"{name}.pem"
        if not path.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            pem = key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            write_whole(path, pem, PRIVATE)
        return path
