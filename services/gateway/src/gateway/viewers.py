"""Viewers as pseudonyms. The host's own user id is not used outside this module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contracts.tokens.clicks import NOBODY
from contracts.tokens.pseudonyms import viewer_pseudonym
from gateway.checks import CheckedRequest
from runtime import telemetry
from runtime.ids import NewId


@dataclass(frozen=True, slots=True)
class Viewers:
    """Makes the same pseudonyms as identity puts into session tokens."""

    secret: str
    new_id: NewId

    def pseudonym(self, host_id: str, host_user_id: str) -> str:
        """The pseudonym of a host's user."""
        return viewer_pseudonym(self.secret, host_id, host_user_id)

    def known(self, request: CheckedRequest) -> str:
        """The viewer that the session token or the host names, otherwise NOBODY."""
        if request.principal.viewer:
            return request.principal.viewer
        user = request.host_user_id
        return self.pseudonym(str(request.principal.host_id), user) if user else NOBODY

    def of_event(self, viewer: str) -> dict[str, Any]:
        """The fields `viewer` and `viewer_is_known` of an engagement event: the trace stands for an unknown viewer."""
        return {"viewer": viewer or telemetry.trace_id() or self.new_id(), "viewer_is_known": bool(viewer)}
