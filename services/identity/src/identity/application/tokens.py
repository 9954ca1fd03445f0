"""Giving tokens: to clients for their secret, to viewers on behalf of their host."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from contracts.tokens.pseudonyms import openid, viewer_pseudonym
from identity.application.ports import Clients, PartnerStore, Programs, Tokens
from identity.domain.clients import CREATOR, HOST, granted_scope
from identity.domain.errors import MiniProgramNotFound, TokenRefused
from identity.domain.visits import Visit
from runtime.clock import Clock
from runtime.ids import NewId


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token with its scope and its life."""

    token: str
    scope: str
    life: timedelta


@dataclass(frozen=True, slots=True)
class GiveToken:
    """The client credentials grant."""

    clients: Clients
    partners: PartnerStore
    tokens: Tokens
    clock: Clock
    new_id: NewId
    life: timedelta

    async def __call__(self, client_id: str, secret: str, scope: str | None) -> Grant:
        """A token; raises TokenRefused. Earlier tokens of the client stay valid until they expire."""
        client = await self.clients.authenticate(client_id, secret)
        if client is None:
            raise TokenRefused("invalid_client", "no client has this client_id and client_secret")
        granted = granted_scope(client, scope)
        partner = await self.partners.get(client.subject_id) if client.scope in (HOST, CREATOR) else None
        if partner is not None and partner.suspended:
            why = "; ".join(partner.reasons)
            raise TokenRefused(
                "invalid_client",
                f"this {client.scope} is suspended: {why}; an operator of the platform can lift the suspension",
            )
        if partner is not None and partner.return_origins:
            origins = dict.fromkeys((*partner.return_origins, *client.return_origins))
            client = replace(client, return_origins=tuple(origins))
        return Grant(
            self.tokens.access_token(client, self.clock(), self.life, self.new_id()), granted, self.life
        )


@dataclass(frozen=True, slots=True)
class Session:
    """A session token with the viewer's openid and its life."""

    token: str
    openid: str
    life: timedelta


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A viewer of a host enters a mini program."""

    programs: Programs
    tokens: Tokens
    clock: Clock
    new_id: NewId
    life: timedelta
    openid_secret: str
    viewer_secret: str

    async def __call__(
        self,
        host_id: str,
        mini_program_id: str,
        host_user_id: str,
        surface: str,
        click_id: str | None,
        return_origins: tuple[str, ...] = (),
    ) -> Session:
        """A session; raises MiniProgramNotFound. The host's user id is turned into pseudonyms and stored nowhere."""
        viewer = viewer_pseudonym(self.viewer_secret, host_id, host_user_id)
        if not await self.programs.can_be_entered(mini_program_id, host_id, viewer):
            raise MiniProgramNotFound(mini_program_id)
        visit = Visit(
            host_id=host_id,
            mini_program_id=mini_program_id,
            openid=openid(self.openid_secret, host_id, mini_program_id, host_user_id),
            viewer=viewer,
            surface=surface,
            click_id=click_id,
            return_origins=return_origins,
        )
        token = self.tokens.session_token(visit, self.clock(), self.life, self.new_id())
        return Session(token, visit.openid, self.life)
