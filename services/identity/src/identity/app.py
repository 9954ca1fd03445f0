"""Identity put together."""

from __future__ import annotations

from datetime import timedelta

from identity.adapters.accounts import MongoAccounts
from identity.adapters.clients import MongoClients
from identity.adapters.keys import KeyRing
from identity.adapters.programs import MongoPrograms
from identity.adapters.secrets import SecretHasher
from identity.application.tokens import GiveToken, OpenSession
from identity.domain.clients import Client
from identity.http import routes
from identity.settings import Settings
from identity.subscribers import subscriptions
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.service import Service
from runtime.web.tokens import OPS, TokenVerifier


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""

    def assemble(service: Service) -> None:
        ring = KeyRing(service.db, clock, new_id, renew_after=timedelta(days=settings.signing_key_days))
        clients = MongoClients(service.db, SecretHasher())
        programs = MongoPrograms(service.db)
        accounts = MongoAccounts(service.db, service.recorder)
        give_token = GiveToken(clients, ring, clock, new_id, timedelta(seconds=settings.token_seconds))
        open_session = OpenSession(
            programs, ring, clock, new_id, timedelta(seconds=settings.session_seconds),
            settings.openid_secret, settings.viewer_secret,
        )  # fmt: skip

        async def first_operator() -> None:
            """The environment's word counts at every start: who lost the secret gets in again this way."""
            if settings.ops_client_id and settings.ops_client_secret:
                operator = Client(settings.ops_client_id, "operator", OPS, settings.ops_client_id)
                await clients.put(operator, settings.ops_client_secret)

        service.verifier = TokenVerifier(ring)  # the keys are its own: no call to itself
        service.prepare(ring.refresh)
        service.prepare(first_operator)
        service.background("signing keys", ring.keep_fresh)
        service.subscribe(*subscriptions(programs))
        service.relay(named("accounts"))
        service.routes(routes(give_token, open_session, clients, accounts, ring.jwks))

    return Service("identity", settings, clock=clock, new_id=new_id, assemble=assemble)
