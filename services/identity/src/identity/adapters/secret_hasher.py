"""Client secrets, stored as a slow hash (scrypt, RFC 7914) behind one byte of a fast one.

A slow hash for each wrong secret would let a flood of them keep good clients out. The byte, an HMAC (RFC 2104), refuses 255
of 256 wrong secrets at once, so that the flood leaves the slow hash to good clients. It takes 8 of the at least 100 bits of
a random secret from whoever steals the database, and nothing from anybody else.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from concurrent.futures import ThreadPoolExecutor

from cachetools import LRUCache

from runtime.errors import Unavailable

COST = 2**13
"""scrypt's N: 8 MiB and some 20 ms. Secrets are long and random, so this protects a stolen database, not weak passwords."""
BLOCK = 8
SALT_BYTES = 16
HASH_BYTES = 64
REMEMBERED = 10_000
"""Outcomes of slow checks that a process remembers."""
WORKERS = 2
"""Threads: bounds the CPU and memory that slow checks can take."""
MAX_WAITING = 100
"""Slow checks that may wait: about a second of work."""
MAX_HASHING = 20
"""New secrets that may be hashed at a time. Anybody may register, and nobody keeps those with a secret waiting."""


class SecretHasher:
    """Hashes secrets and checks them. What it remembers are proofs under a key of this process, never a secret.

    A stored hash is salt, slow hash and fast byte; hashes of older versions lack the byte and are always checked slowly.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="scrypt")
        self._key = secrets.token_bytes(32)
        self._right = LRUCache[bytes, bytes](REMEMBERED)
        self._wrong = LRUCache[bytes, None](REMEMBERED)
        self._checks: dict[bytes, asyncio.Task[bool]] = {}
        self._hashing = 0

    async def hash(self, secret: str) -> bytes:
        """The salted hash to store. Raises Unavailable while too many are being made."""
        if self._hashing >= MAX_HASHING:
            raise Unavailable("too many new secrets are being hashed")
        salt = secrets.token_bytes(SALT_BYTES)
        self._hashing += 1
        try:
            return self.with_fast_byte(salt + await self._scrypt(secret, salt), secret)
        finally:
            self._hashing -= 1

    def with_fast_byte(self, stored: bytes, secret: str) -> bytes:
        """The hash of `secret` with its fast byte; unchanged if it has one."""
        return stored[: SALT_BYTES + HASH_BYTES] + _fast_byte(stored, secret)

    def of_nobody(self, client_id: str) -> bytes:
        """What stands for the hash of an unknown client: always the same for one id, and no secret matches it."""
        return (
            hmac.digest(self._key, b"salt" + client_id.encode(), "sha512")
            + hmac.digest(self._key, b"byte" + client_id.encode(), "sha256")[: SALT_BYTES + 1]
        )

    async def matches(self, secret: str, stored: bytes) -> bool:
        """Whether `stored` is the hash of `secret`. A secret that was checked slowly once is answered at once.

        Raises Unavailable while too many slow checks wait.
        """
        fast_byte = stored[SALT_BYTES + HASH_BYTES :]
        if fast_byte and not hmac.compare_digest(fast_byte, _fast_byte(stored, secret)):
            return False
        proof = hmac.digest(self._key, stored + secret.encode(), "sha256")
        if hmac.compare_digest(self._right.get(stored, b""), proof):
            return True
        if proof in self._wrong:
            return False
        return await self._check_once(secret, stored, proof)

    async def _check_once(self, secret: str, stored: bytes, proof: bytes) -> bool:
        """Equal checks at the same time are one check."""
        check = self._checks.get(proof)
        if check is None:
            if len(self._checks) >= MAX_WAITING:
                raise Unavailable("too many secrets are being checked")
            check = asyncio.create_task(self._check(secret, stored, proof))
            self._checks[proof] = check
            check.add_done_callback(lambda _: self._checks.pop(proof))
        return await asyncio.shield(check)

    async def _check(self, secret: str, stored: bytes, proof: bytes) -> bool:
        fresh = await self._scrypt(secret, stored[:SALT_BYTES])
        matches = hmac.compare_digest(fresh, stored[SALT_BYTES : SALT_BYTES + HASH_BYTES])
        if matches:
            self._right[stored] = proof
        else:
            self._wrong[proof] = None
        return matches

    async def _scrypt(self, secret: str, salt: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, _scrypt, secret.encode(), salt)


def _fast_byte(stored: bytes, secret: str) -> bytes:
    return hmac.digest(stored[:SALT_BYTES], secret.encode(), "sha256")[:1]


def _scrypt(secret: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(secret, salt=salt, n=COST, r=BLOCK, p=1, dklen=HASH_BYTES)
