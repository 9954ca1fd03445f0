"""Giving tokens: to clients for their secret, to viewers on the word of their host."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from contracts.api.access import SessionAnswer, SessionRequest, TokenAnswer, TokenRequest
from contracts.tokens.pseudonyms import openid, viewer_pseudonym
from identity.application.claims import Visit, access_claims, session_claims
from identity.application.ports import Clients, Programs, Signer
from identity.domain.clients import Refused, granted_scope
from runtime.clock import Clock
from runtime.ids import NewId


@dataclass(frozen=True, slots=True)
class GiveToken:
    """The client credentials grant."""

    clients: Clients
    signer: Signer
    clock: Clock
    new_id: NewId
    life: timedelta

    async def __call__(self, request: TokenRequest) -> TokenAnswer:
        """A token; raises Refused. Earlier tokens of the client stay good to their end."""
        client = await self.clients.authenticated(request.client_id, request.client_secret)
        if client is None:
            raise Refused("invalid_client", "no client has this client_id and client_secret")
        scope = granted_scope(client, request.scope)
        token = self.signer.sign(access_claims(client, self.clock(), self.life, self.new_id()))
        return TokenAnswer(access_token=token, expires_in=int(self.life.total_seconds()), scope=scope)


class NotThere(Exception):
    """The mini program cannot be entered on this host."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A viewer of a host enters a mini program."""

    programs: Programs
    signer: Signer
    clock: Clock
    new_id: NewId
    life: timedelta
    openid_secret: str
    viewer_secret: str

    async def __call__(self, host_id: str, request: SessionRequest) -> SessionAnswer:
        """A session with the viewer's openid; raises NotThere."""
        program = request.mini_program_id
        if not await self.programs.can_be_entered(program, host_id):
            raise NotThere(program)
        visit = Visit(
            host_id=host_id,
            mini_program_id=program,
            openid=openid(self.openid_secret, host_id, program, request.host_user_id),
            viewer=viewer_pseudonym(self.viewer_secret, host_id, request.host_user_id),
            surface=request.entry.surface,
            click_id=request.entry.click_id,
        )
        token = self.signer.sign(session_claims(visit, self.clock(), self.life, self.new_id()))
        return SessionAnswer(
            session_token=token, openid=visit.openid, expires_in=int(self.life.total_seconds())
        )
