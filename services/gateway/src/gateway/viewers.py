"""Who looks, as a pseudonym: the host's own user id goes no further than this module."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.tokens.clicks import NOBODY
from contracts.tokens.pseudonyms import viewer_pseudonym
from gateway.checks import Asked
from runtime import telemetry
from runtime.ids import NewId


@dataclass(frozen=True, slots=True)
class Viewers:
    """Makes pseudonyms, the same as identity puts into session tokens."""

    secret: str
    new_id: NewId

    def user(self, host_id: str, host_user_id: str) -> str:
        """The pseudonym of a host's user."""
        return viewer_pseudonym(self.secret, host_id, host_user_id)

    def known(self, asked: Asked) -> str:
        """The viewer that the session token or the host names, else NOBODY."""
        if asked.principal.viewer:
            return asked.principal.viewer
        user = asked.viewer_header
        return self.user(str(asked.principal.host_id), user) if user else NOBODY

    def key(self, viewer: str) -> str:
        """What an engagement event is filed under: the viewer, else the trace."""
        return viewer or telemetry.trace_id() or self.new_id()
