"""Access tokens, verified locally by identity's public keys (RFC 7519, RS256 only; keys by RFC 7517)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import aiohttp
import jwt

ALGORITHM = "RS256"
ISSUER = "anchorage"
AUDIENCE = "anchorage-api"
JWKS_PATH = "/.well-known/jwks.json"

HOST, OWNER, OPS, CREATOR, VIEWER = "host", "owner", "ops", "creator", "viewer"
PUBLIC: frozenset[str] = frozenset()
"""The scopes of a route that needs no token; stated, never left out."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a client (host, owner, ops, creator) or a viewer in one mini program, as its token says."""

    subject: str
    scopes: frozenset[str]
    host_id: str | None = None
    owner_id: str | None = None
    creator_id: str | None = None
    mini_program_id: str | None = None
    openid: str | None = None
    viewer: str | None = None
    surface: str | None = None
    click_id: str | None = None

    def has(self, scope: str) -> bool:
        """Whether the token carries the scope."""
        return scope in self.scopes


CLAIMS = ("host_id", "owner_id", "creator_id", "mini_program_id", "openid", "viewer", "surface", "click_id")
"""The private claims that tokens carry, each a field of `Principal`."""


class BadToken(Exception):
    """The token is not one of ours, or no longer."""


class KeySource(Protocol):
    """Where the public keys are."""

    async def get(self, kid: str) -> jwt.PyJWK:
        """The key; raises BadToken for one that nobody knows."""


class Keys:
    """Identity's public keys by `kid`, fetched when needed and at most once in `pause` seconds for an unknown one."""

    def __init__(self, url: str, session: Callable[[], aiohttp.ClientSession], pause: float = 5.0) -> None:
        self._url = url.rstrip("/") + JWKS_PATH
        self._session = session
        self._pause = pause
        self._asked = float("-inf")
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, kid: str) -> jwt.PyJWK:
        """The key; raises BadToken for one that identity does not know."""
        if kid not in self._keys and time.monotonic() - self._asked > self._pause:
            if self._fetching is None or self._fetching.done():
                self._fetching = asyncio.create_task(self.refresh())
            await asyncio.shield(self._fetching)  # one fetch for all who wait, whoever of them goes away
        if kid not in self._keys:
            raise BadToken("signed by an unknown key")
        return self._keys[kid]

    async def refresh(self) -> None:
        """Fetch the keys; raises aiohttp.ClientError when identity cannot be reached."""
        async with self._session().get(self._url) as answer:
            answer.raise_for_status()
            document = await answer.json()
        self._keys = {key["kid"]: jwt.PyJWK(key) for key in document["keys"]}
        self._asked = time.monotonic()


class TokenVerifier:
    """Turns bearer tokens into principals; remembers the last `size` good ones until they expire."""

    def __init__(self, keys: KeySource, now: Callable[[], float] = time.time, size: int = 10_000) -> None:
        self._keys = keys
        self._now = now
        self._size = size
        self._known: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    async def principal(self, token: str) -> Principal:
        """Who the token speaks for; raises BadToken with the reason."""
        known = self._known.get(token)
        if known is not None:
            expiry, principal = known
            if expiry > self._now():
                self._known.move_to_end(token)
                return principal
            del self._known[token]
        expiry, principal = await self._verify(token)
        self._known[token] = (expiry, principal)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return principal

    async def _verify(self, token: str) -> tuple[float, Principal]:
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
            claims = jwt.decode(
                token,
                await self._keys.get(str(kid)),
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                options={"require": ["exp", "iat", "sub", "scope"]},
            )
        except (
            jwt.InvalidTokenError,
            ValueError,
            RecursionError,
        ) as wrong:  # the last two: text that is no token
            raise BadToken(str(wrong)) from None
        private = {name: claims[name] for name in CLAIMS if name in claims}
        principal = Principal(
            subject=claims["sub"], scopes=frozenset(str(claims["scope"]).split()), **private
        )
        return float(claims["exp"]), principal
