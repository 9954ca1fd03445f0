"""The keys that sign tokens: RSA-2048, stored in MongoDB for all replicas, published as a JWK set (RFC 7517)."""

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
POLL_INTERVAL = timedelta(seconds=60)
PUBLISHED_BEFORE_USE = timedelta(minutes=5)
"""All replicas publish a new key before the first token is signed with it."""


@dataclass(frozen=True)
class SigningKey:
    """One key; each has the next `number`."""

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
        """The public half as JSON."""
        public: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return public | {"kid": self.kid, "alg": ALGORITHM, "use": "sig"}


class MongoKeys:
    """Collection `keys`. The first replica to start creates number 1; the others find it there."""

    def __init__(self, db: Database, clock: Clock, new_id: NewId, *, renew_after: timedelta) -> None:
        self._db = db
        self._clock = clock
        self._new_id = new_id
        self._renew_after = renew_after
        self._keys: Sequence[SigningKey] = ()

    async def refresh(self) -> None:
        """Read the keys; create the first one, or the next one when the newest is old."""
        keys = await self._read()
        if not keys or keys[-1].signs_from + self._renew_after < self._clock():
            await self._create(len(keys) + 1)
            keys = await self._read()
        self._keys = keys

    async def poll(self) -> None:
        """Refresh at intervals, endlessly."""
        while True:
            await asyncio.sleep(POLL_INTERVAL.total_seconds())
            await self.refresh()

    def sign(self, claims: dict[str, Any]) -> str:
        """A token signed with the newest key that is in use."""
        now = self._clock()
        key = next(key for key in reversed(self._loaded()) if key.signs_from <= now or key.number == 1)
        return jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid})

    async def get(self, kid: str) -> jwt.PyJWK:
        """The public key; raises BadToken for an unknown one."""
        for key in self._loaded():
            if key.kid == kid:
                return key.public
        raise BadToken("signed by an unknown key")

    def jwks(self) -> dict[str, Any]:
        """The public halves of all keys, so that older tokens stay valid until they expire."""
        return {"keys": [key.jwk for key in self._loaded()]}

    def _loaded(self) -> Sequence[SigningKey]:
        if not self._keys:
            raise Unavailable("the signing keys have not been read yet")
        return self._keys

    async def _read(self) -> list[SigningKey]:
        return [_key(document) async for document in self._db["keys"].find().sort("_id", 1)]

    async def _create(self, number: int) -> None:
        private = await asyncio.to_thread(generate_private_key, 65537, BITS)
        pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        delay = timedelta(0) if number == 1 else PUBLISHED_BEFORE_USE
        document: Document = {
            "_id": number,
            "kid": self._new_id(),
            "pem": pem,
            "signs_from": self._clock() + delay,
        }
        try:
            await self._db["keys"].insert_one(document)
        except DuplicateKeyError:
            return  # another replica was quicker: all use its key


def _key(document: Document) -> SigningKey:
    private = load_pem_private_key(document["pem"], None)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError(f"key {document['_id']} is not an RSA key")
    return SigningKey(document["_id"], document["kid"], private, document["signs_from"])
