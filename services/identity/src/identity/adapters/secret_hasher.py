"""Client secrets, stored as a slow hash (scrypt, RFC 7914), checked off the event loop, and cached for a minute when right."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from cachetools import TTLCache

COST = 2**13
"""scrypt's N: 8 MiB and some 20 ms. Secrets are long and random, so this protects a stolen database, not weak passwords."""
BLOCK = 8
SALT_BYTES = 16
CACHE_SECONDS = 60.0
CACHE_SIZE = 1_000
WORKERS = 2
"""Threads: bounds the CPU and memory that a flood of wrong secrets can take."""


class SecretHasher:
    """Hashes secrets and checks them. The cache holds proofs under a key of this process, never a secret."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="scrypt")
        self._key = secrets.token_bytes(32)
        self._proofs = TTLCache[bytes, bytes](CACHE_SIZE, CACHE_SECONDS, timer=now)
        self._nobody = secrets.token_bytes(SALT_BYTES) + secrets.token_bytes(64)

    async def hash(self, secret: str) -> bytes:
        """The salted hash to store."""
        salt = secrets.token_bytes(SALT_BYTES)
        return salt + await self._scrypt(secret, salt)

    async def matches(self, secret: str, stored: bytes | None) -> bool:
        """Whether `stored` is the hash of `secret`. Takes as long without a hash as for a wrong secret."""
        proof = hmac.digest(self._key, secret.encode(), "sha256")
        if stored is not None and hmac.compare_digest(self._proofs.get(stored, b""), proof):
            return True
        known = stored if stored is not None else self._nobody
        fresh = await self._scrypt(secret, known[:SALT_BYTES])
        matches = hmac.compare_digest(fresh, known[SALT_BYTES:]) and stored is not None
        if matches:
            self._proofs[known] = proof
        return matches

    async def _scrypt(self, secret: str, salt: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _scrypt, secret.encode(), salt)


def _scrypt(secret: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK, p=1)
