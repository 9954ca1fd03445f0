"""Identity assembled."""

from __future__ import annotations

from datetime import timedelta

from identity.adapters.mongo_accounts import COLLECTION as ACCOUNTS
from identity.adapters.mongo_accounts import MongoAccounts
from identity.adapters.mongo_audit import MongoAudit
from identity.adapters.mongo_buckets import MongoBuckets
from identity.adapters.mongo_clients import MongoClients
from identity.adapters.mongo_keys import MongoKeys
from identity.adapters.mongo_owners import COLLECTION as OWNERS
from identity.adapters.mongo_owners import MongoOwners
from identity.adapters.mongo_partners import COLLECTION as PARTNERS
from identity.adapters.mongo_partners import MongoPartners
from identity.adapters.mongo_programs import MongoPrograms
from identity.adapters.mongo_revocations import MongoRevocations
from identity.adapters.random_secrets import random_secret
from identity.adapters.secret_hasher import SecretHasher
from identity.adapters.signed_tokens import SignedTokens
from identity.application.accounts import PutAccount, ReadAccount
from identity.application.clients import ClientsOfSubject, PutClient, ReadClient
from identity.application.owners import Owners
from identity.application.partners import Partners
from identity.application.revocations import CurrentRevocations
from identity.application.tokens import GiveToken, OpenSession
from identity.domain.clients import Client
from identity.http.audit import AuditRoutes
from identity.http.clients import ClientRoutes
from identity.http.errors import PROBLEMS
from identity.http.limits import LimitRoutes
from identity.http.operations import OperationRoutes
from identity.http.owners import OwnerRoutes
from identity.http.partners import PartnerRoutes
from identity.http.revocations import RevocationRoutes
from identity.http.tokens import TokenRoutes
from identity.settings import Settings
from identity.subscribers import subscriptions
from runtime.clock import Clock, system_clock
from runtime.ids import NewId, random_id
from runtime.mongo.client import named
from runtime.service import Service
from runtime.web.revocations import Revoked
from runtime.web.tokens import OPS, TokenVerifier


def build_app(settings: Settings, *, clock: Clock = system_clock, new_id: NewId = random_id) -> Service:
    """The service, ready to run."""
    return Service(
        "identity", settings, clock=clock, new_id=new_id, assemble=lambda s: _assemble(s, settings)
    )


def _assemble(service: Service, settings: Settings) -> None:
    clock, new_id = service.clock, service.new_id
    keys = MongoKeys(service.db, clock, new_id, renew_after=timedelta(days=settings.signing_key_days))
    tokens, programs = SignedTokens(keys), MongoPrograms(service.db)
    clients = MongoClients(service.db, SecretHasher(), clock, service.recorder)
    owners, partners = MongoOwners(service.db, service.recorder), MongoPartners(service.db, service.recorder)
    longest_life = timedelta(seconds=max(settings.token_seconds, settings.session_seconds))
    removed_clients = MongoRevocations(service.db, longest_life)
    revocations = CurrentRevocations(removed_clients, owners, partners)
    own_clients = ClientsOfSubject(clients, removed_clients, clock, new_id, random_secret)
    owner_cases = Owners(owners, own_clients, clock, new_id, settings.open_registration)
    partner_cases = Partners(partners, own_clients, new_id)
    put_client, accounts = PutClient(clients), MongoAccounts(service.db, service.recorder)
    give_token = GiveToken(
        clients, partners, tokens, clock, new_id, timedelta(seconds=settings.token_seconds)
    )
    open_session = OpenSession(
        programs, tokens, clock, new_id, timedelta(seconds=settings.session_seconds),
        settings.openid_secret, settings.viewer_secret,
    )  # fmt: skip

    async def put_first_operator() -> None:
        """At every start, so that a lost secret is replaced through the environment."""
        if settings.ops_client_id and settings.ops_client_secret:
            operator = Client(settings.ops_client_id, "operator", OPS, settings.ops_client_id)
            await put_client(operator, settings.ops_client_secret)

    async def revoked() -> list[Revoked]:
        return [Revoked(one.kind, one.revoked_id, one.before.timestamp()) for one in await revocations.all()]

    service.revocations.fetch = revoked  # its own, like its keys: no call to itself
    service.verifier = TokenVerifier(keys, standing=service.revocations)
    service.problems(PROBLEMS)
    for prepare in (keys.refresh, clients.prepare, owners.prepare, partners.prepare, removed_clients.prepare):
        service.prepare(prepare)
    service.prepare(put_first_operator)
    service.background("signing keys", keys.poll)
    log = MongoAudit(service.db)
    service.prepare(log.prepare)
    service.subscribe(*subscriptions(programs, log))
    service.routes(AuditRoutes(log).routes())
    service.relay(named(ACCOUNTS, OWNERS, PARTNERS))
    service.routes(TokenRoutes(give_token, open_session, keys).routes())
    operations = OperationRoutes(put_client, PutAccount(accounts), ReadClient(clients), ReadAccount(accounts))
    service.routes(operations.routes())
    service.routes(OwnerRoutes(owner_cases).routes())
    service.routes(PartnerRoutes(partner_cases).routes())
    service.routes(ClientRoutes(own_clients).routes())
    service.routes(RevocationRoutes(revocations).routes())
    _assemble_limits(service)


def _assemble_limits(service: Service) -> None:
    """Rate limits, which the gateways lease."""
    buckets = MongoBuckets(service.db)
    service.prepare(buckets.prepare)
    service.routes(LimitRoutes(buckets).routes())
