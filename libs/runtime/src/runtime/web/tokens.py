"""Access tokens, verified locally by identity's public keys (RFC 7519, RS256 only; keys by RFC 7517)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import aiohttp
import jwt

from runtime.errors import Unavailable

ALGORITHM = "RS256"
ISSUER = "anchorage"
AUDIENCE = "anchorage-api"
JWKS_PATH = "/.well-known/jwks.json"
LEEWAY_SECONDS = 30.0
"""How far this machine's clock and identity's may differ: `iat` and `nbf` may lie so far ahead, `exp` so far back."""
PAUSE_SECONDS = 5.0
"""Between two fetches of the keys. Bounds what tokens that name unknown keys can cause."""
FAILED_PAUSE_SECONDS = 0.5
"""After a failed fetch. Short, because valid tokens may wait for it."""

HOST, OWNER, OPS, CREATOR, VIEWER = "host", "owner", "ops", "creator", "viewer"
PUBLIC: frozenset[str] = frozenset()
"""The scopes of a route that needs no token; every route states its scopes."""

ADMIN, CATALOGUE, ORDERS, FINANCE, READ = "admin", "catalogue", "orders", "finance", "read"
"""The roles of a client: what it may do for the host, owner, creator or operator that it acts for."""
EVERY_ROLE = frozenset({ADMIN, CATALOGUE, ORDERS, FINANCE, READ})

Suspended = Literal["owner", "host", "creator"]
"""Who is suspended: whom a client acts for, or the host of a session."""


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, as its token says: a client (host, owner, ops, creator) or a viewer in one mini program."""

    subject: str
    scopes: frozenset[str]
    role: str = ADMIN
    """A client's role. A viewer has none: `ADMIN`, because everything of its session is its own."""
    host_id: str | None = None
    owner_id: str | None = None
    creator_id: str | None = None
    mini_program_id: str | None = None
    openid: str | None = None
    viewer: str | None = None
    surface: str | None = None
    click_id: str | None = None
    return_origins: tuple[str, ...] = ()
    """Origins of the host's pages, to which its payers may return."""
    suspended: Suspended | None = None
    """No part of the token: whether one of those that it names is suspended now."""

    def has(self, scope: str) -> bool:
        """Whether the token carries the scope."""
        return scope in self.scopes


CLAIMS = (
    "role",
    "host_id",
    "owner_id",
    "creator_id",
    "mini_program_id",
    "openid",
    "viewer",
    "surface",
    "click_id",
)
"""The private claims that tokens carry, each a field of `Principal`."""


class BadToken(Exception):
    """The token is not ours, or has expired."""


class KeySource(Protocol):
    """A source of public keys."""

    async def get(self, kid: str) -> jwt.PyJWK:
        """The key; raises BadToken for an unknown one."""


class Standing(Protocol):
    """What identity says of callers whose tokens have not expired. `issued_at` is the token's time, in seconds since 1970."""

    def is_revoked(self, principal: Principal, issued_at: float) -> bool:
        """Whether the token is refused."""

    def suspended(self, principal: Principal, issued_at: float) -> Suspended | None:
        """Who of those that the token names is suspended."""


class Keys:
    """Identity's public keys by `kid`, fetched on demand, and at most once in `pause` seconds for unknown ones.

    For `failed_pause` seconds after a failed fetch, callers get Unavailable without another fetch.
    """

    def __init__(
        self,
        url: str,
        session: Callable[[], aiohttp.ClientSession],
        pause: float = PAUSE_SECONDS,
        failed_pause: float = FAILED_PAUSE_SECONDS,
    ) -> None:
        self._url = url.rstrip("/") + JWKS_PATH
        self._session = session
        self._pause = pause
        self._failed_pause = failed_pause
        self._next_fetch = float("-inf")
        self._failed = False
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetching: asyncio.Task[None] | None = None

    async def get(self, kid: str) -> jwt.PyJWK:
        """The key; raises BadToken for one that identity does not know, aiohttp.ClientError or Unavailable if identity
        is unavailable."""
        if kid not in self._keys and time.monotonic() > self._next_fetch:
            if self._fetching is None or self._fetching.done():
                self._fetching = asyncio.create_task(self.refresh())
            await asyncio.shield(
                self._fetching
            )  # all callers share one fetch, even when the first of them is cancelled
        if kid in self._keys:
            return self._keys[kid]
        if self._failed:
            raise Unavailable("identity's keys could not be fetched")
        raise BadToken("signed by an unknown key")

    async def refresh(self) -> None:
        """Fetch the keys; raises aiohttp.ClientError when identity is unavailable."""
        self._failed = True
        try:
            async with self._session().get(self._url) as answer:
                answer.raise_for_status()
                document = await answer.json()
            self._keys = {key["kid"]: jwt.PyJWK(key) for key in document["keys"]}
            self._failed = False
        finally:
            self._next_fetch = time.monotonic() + (self._failed_pause if self._failed else self._pause)


class TokenVerifier:
    """Turns bearer tokens into principals; caches the last `size` valid ones until they expire.

    All times have a leeway of `LEEWAY_SECONDS`. `standing` is asked at each call, also for a token from the cache.
    """

    def __init__(
        self,
        keys: KeySource,
        now: Callable[[], float] = time.time,
        size: int = 10_000,
        standing: Standing | None = None,
    ) -> None:
        self._keys = keys
        self._standing = standing
        self._now = now
        self._size = size
        self._known: OrderedDict[str, tuple[float, float, Principal]] = OrderedDict()

    async def principal(self, token: str) -> Principal:
        """The token's principal; raises BadToken with the reason."""
        known = self._known.get(token)
        if known is not None:
            expiry, issued_at, principal = known
            if expiry > self._now():
                self._known.move_to_end(token)
                return self._as_it_stands(principal, issued_at)
            del self._known[token]
        expiry, issued_at, principal = await self._verify(token)
        self._known[token] = (expiry, issued_at, principal)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return self._as_it_stands(principal, issued_at)

    def _as_it_stands(self, principal: Principal, issued_at: float) -> Principal:
        if self._standing is None:
            return principal
        if self._standing.is_revoked(principal, issued_at):
            raise BadToken("revoked")
        suspended = self._standing.suspended(principal, issued_at)
        return principal if suspended is None else replace(principal, suspended=suspended)

    async def _verify(self, token: str) -> tuple[float, float, Principal]:
        try:
            kid = jwt.get_unverified_header(token).get("kid", "")
            claims = jwt.decode(
                token,
                await self._keys.get(str(kid)),
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "scope"]},
            )
        except (
            jwt.InvalidTokenError,
            ValueError,
            RecursionError,
        ) as error:  # the last two: text that is not a token
            raise BadToken(str(error)) from None
        private = {name: claims[name] for name in CLAIMS if name in claims}
        principal = Principal(
            subject=claims["sub"],
            scopes=frozenset(str(claims["scope"]).split()),
            return_origins=tuple(claims.get("return_origins", ())),
            **private,
        )
        return float(claims["exp"]) + LEEWAY_SECONDS, float(claims["iat"]), principal
