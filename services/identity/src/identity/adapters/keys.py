"""The keys that sign tokens: RSA-2048, kept in MongoDB and shared by all replicas, published as a JWK set (RFC 7517)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pymongo.errors import DuplicateKeyError

from runtime.clock import Clock
from runtime.errors import Unavailable
from runtime.ids import NewId
from runtime.mongo.client import Database, Document
from runtime.web.tokens import ALGORITHM, BadToken

BITS = 2048
REFRESH_EVERY = timedelta(seconds=60)
PUBLISHED_AHEAD = timedelta(minutes=5)
"""A new key is shown by every replica for a while before the first token is signed with it."""


@dataclass(frozen=True)
class SigningKey:
    """One key; `number` grows by one with each."""

    number: int
    kid: str
    private: RSAPrivateKey
    signs_from: datetime

    @cached_property
    def public(self) -> jwt.PyJWK:
        """The public half."""
        return jwt.PyJWK(self.jwk)

    @cached_property
    def jwk(self) -> dict[str, Any]:
        """The public half as others read it."""
        public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return public | {"kid": self.kid, "alg": ALGORITHM, "use": "sig"}


class KeyRing:
    """Collection `keys`. Number 1 is made by whichever replica starts first; the rest find it there."""

    def __init__(self, db: Database, clock: Clock, new_id: NewId, *, renew_after: timedelta) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id
        self._renew_after = renew_after
        self._keys: Sequence[SigningKey] = ()

    async def refresh(self) -> None:
        """Read the keys; make the first, or the next when the newest is old."""
        keys = await self._read()
        if not keys or keys[-1].signs_from + self._renew_after < self._clock():
            await self._make(len(keys) + 1)
            keys = await self._read()
        self._keys = keys

    async def keep_fresh(self) -> None:
        """Refresh for ever."""
        while True:
            await asyncio.sleep(REFRESH_EVERY.total_seconds())
            await self.refresh()

    def sign(self, claims: dict[str, Any]) -> str:
        """A token by the newest key whose time has come."""
        now = self._clock()
        key = next(key for key in reversed(self._known()) if key.signs_from <= now or key.number == 1)
        return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid})

    async def get(self, kid: str) -> jwt.PyJWK:
        """The public key; raises BadToken for one that is not ours."""
        for key in self._known():
            if key.kid == kid:
                return key.public
        raise BadToken("signed by an unknown key")

    def jwks(self) -> dict[str, Any]:
        """The public halves of all keys: older tokens stay good to their end."""
        return {"keys": [key.jwk for key in self._known()]}

    def _known(self) -> Sequence[SigningKey]:
        if not self._keys:
            raise Unavailable("the signing keys have not been read yet")
        return self._keys

    async def _read(self) -> list[SigningKey]:
        return [_key(kept) async for kept in self._db["keys"].find().sort("_id", 1)]

    async def _make(self, number: int) -> None:
        private = await asyncio.to_thread(generate_private_key, 65537, BITS)
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        ahead = timedelta(0) if number == 1 else PUBLISHED_AHEAD
        document: Document = {
            "_id": number,
            "kid": self._new_id(),
            "pem": pem,
            "signs_from": self._clock() + ahead,
        }
        try:
            await self._db["keys"].insert_one(document)
        except DuplicateKeyError:
            return  # another replica was first: its key is everyone's


def _key(kept: Document) -> SigningKey:
    private = load_pem_private_key(kept["pem"], None)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError(f"key {kept['_id']} is not an RSA key")
    return SigningKey(kept["_id"], kept["kid"], private, kept["signs_from"])
