"""The viewer: a demo identity in a cookie, and the viewer's sessions in mini programs, which stay on the server."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from aiohttp import web

from host_demo.tokens import Token
from runtime.clock import Clock

COOKIE = "demo_viewer"
A_YEAR = 365 * 24 * 3600
MAX_SESSIONS = 20_000
"""The least recently used are dropped first, and opened again when needed."""

Key = tuple[str, str, str]
"""Host's slug, viewer, mini program."""


def viewer_of(request: web.Request) -> str | None:
    """The viewer's host user id. A real host reads it from its own login."""
    value = request.cookies.get(COOKIE, "")
    return value if re.fullmatch(r"[a-f0-9]{32}", value) else None


def welcome(request: web.Request, response: web.StreamResponse) -> None:
    """Give a new visitor an unguessable identity."""
    if viewer_of(request) is None:
        response.set_cookie(COOKIE, secrets.token_hex(16), max_age=A_YEAR, httponly=True, samesite="Lax")


@dataclass
class Sessions:
    """Session tokens by viewer and mini program, in memory."""

    clock: Clock
    _tokens: OrderedDict[Key, Token] = field(default_factory=OrderedDict)

    def get(self, key: Key) -> str | None:
        """The viewer's token for that mini program, if it is still valid."""
        token = self._tokens.get(key)
        if token is None or token.good_until <= self.clock():
            return None
        self._tokens.move_to_end(key)
        return token.value

    def put(self, key: Key, token: Token) -> None:
        """Keep the viewer's newest token: it carries the click that brought the viewer."""
        self._tokens[key] = token
        self._tokens.move_to_end(key)
        if len(self._tokens) > MAX_SESSIONS:
            self._tokens.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Drop a token that was refused."""
        self._tokens.pop(key, None)
