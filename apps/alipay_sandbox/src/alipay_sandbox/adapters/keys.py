"""RSA keys and RSA2: PKCS#1 v1.5 with SHA-256 and nothing else, base64 in one line."""

import base64
import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

KEY_BITS = 2048


class SigningKey:
    """A private key that signs texts."""

    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self._key = private_key

    @classmethod
    def generate(cls) -> "SigningKey":
        """A new key of Alipay's size."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS))

    @classmethod
    def read(cls, file: Path) -> "SigningKey":
        """Reads PKCS#1 or PKCS#8 PEM; raises ValueError if the file has no RSA private key."""
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{file} holds no RSA private key")
        return cls(key)

    def sign(self, text: str, charset: str = "utf-8", *, weak: bool = False) -> str:
        """The RSA2 signature of a text; `weak` signs with SHA-1, for forged notices only."""
        algorithm = hashes.SHA1() if weak else hashes.SHA256()  # noqa: S303
        signature = self._key.sign(text.encode(charset), padding.PKCS1v15(), algorithm)
        return base64.b64encode(signature).decode("ascii")

    def private_key(self) -> rsa.RSAPrivateKey:
        """The key itself, to sign certificates with."""
        return self._key

    def public_key(self) -> rsa.RSAPublicKey:
        """The public key that belongs to it."""
        return self._key.public_key()

    def private_pem(self) -> bytes:
        """PKCS#1 PEM, the only form that all published clients read."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )

    def public_pem(self) -> bytes:
        """SPKI PEM."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def derived_secret(self, purpose: bytes) -> bytes:
        """32 secret bytes for one purpose, the same after a restart."""
        return hashlib.sha256(purpose + self.private_pem()).digest()


class VerifyingKey:
    """A public key that checks signatures."""

    def __init__(self, public_key: rsa.RSAPublicKey) -> None:
        self._key = public_key

    @classmethod
    def read(cls, file: Path) -> "VerifyingKey":
        """Reads SPKI PEM; raises ValueError if the file has no RSA public key."""
        key = serialization.load_pem_public_key(file.read_bytes())
        if not isinstance(key, rsa.RSAPublicKey):
            raise ValueError(f"{file} holds no RSA public key")
        return cls(key)

    def verifies(self, text: str, signature: str, charset: str = "utf-8") -> bool:
        """Whether `signature` is this key's over `text`, with SHA-256 and no other hash."""
        try:
            raw = base64.b64decode(signature, validate=True)
            self._key.verify(raw, text.encode(charset), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):  # not base64, or a text that the charset cannot encode
            return False
        return True
