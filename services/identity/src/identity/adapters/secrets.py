"""Client secrets: kept as a slow hash (RFC 7914, scrypt), checked off the event loop, a good one remembered for a while."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

COST = 2**13
"""scrypt's N: 8 MiB and some 20 ms. Secrets are long and random, so this guards a stolen database, not weak words."""
BLOCK = 8
SALT_BYTES = 16
REMEMBER_SECONDS = 60.0
REMEMBER_MOST = 1_000
WORKERS = 2
"""A flood of wrong secrets may take this many threads, and no more memory than theirs."""


class SecretHasher:
    """Hashes secrets and checks them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="scrypt")
        self._key = secrets.token_bytes(32)
        self._good: OrderedDict[bytes, tuple[float, bytes]] = OrderedDict()
        self._nobody = secrets.token_bytes(SALT_BYTES) + secrets.token_bytes(64)

    async def hash(self, secret: str) -> bytes:
        """The salted hash to be stored."""
        salt = secrets.token_bytes(SALT_BYTES)
        return salt + await self._scrypt(secret, salt)

    async def matches(self, secret: str, stored: bytes | None) -> bool:
        """Whether `stored` is the hash of `secret`; takes as long for no hash at all as for a wrong secret."""
        proof = hmac.digest(self._key, secret.encode(), "sha256")
        if stored is not None and self._is_remembered(stored, proof):
            return True
        known = stored if stored is not None else self._nobody
        fresh = await self._scrypt(secret, known[:SALT_BYTES])
        good = hmac.compare_digest(fresh, known[SALT_BYTES:]) and stored is not None
        if good:
            self._remember(known, proof)
        return good

    def _is_remembered(self, stored: bytes, proof: bytes) -> bool:
        until, remembered = self._good.get(stored, (0.0, b""))
        return until > self._now() and hmac.compare_digest(remembered, proof)

    def _remember(self, stored: bytes, proof: bytes) -> None:
        self._good[stored] = (self._now() + REMEMBER_SECONDS, proof)
        self._good.move_to_end(stored)
        if len(self._good) > REMEMBER_MOST:
            self._good.popitem(last=False)

    async def _scrypt(self, secret: str, salt: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _scrypt, secret.encode(), salt)


def _scrypt(secret: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK, p=1)
