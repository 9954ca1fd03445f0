"""What the use cases need from outside; `adapters` implement it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from contracts.audit import AdminActionTaken
from contracts.catalog import MiniProgramState
from contracts.catalog_versions import TestersChanged
from identity.domain.accounts import Account
from identity.domain.audit import Entry, EntryFilter
from identity.domain.clients import Client
from identity.domain.limits import Bucket, Lease
from identity.domain.owners import Owner
from identity.domain.partners import Partner, PartnerKind
from identity.domain.revocations import Revocation
from identity.domain.visits import Visit
from runtime.listing import Asked, Part
from runtime.outbox.changes import Decide, Result


class Clients(Protocol):
    """The clients of the platform."""

    async def authenticate(self, client_id: str, secret: str) -> Client | None:
        """The client with this secret; None for a wrong secret and for an unknown client."""

    async def get(self, client_id: str) -> Client | None:
        """The client; None if there is none."""

    async def page(self, scope: str, subject_id: str | None, asked: Asked, limit: int) -> Part[Client]:
        """At most `limit` clients of a subject (of all, for None)."""

    async def count(self, scope: str, subject_id: str) -> int:
        """How many clients a subject has."""

    async def has_other_admin(self, client: Client) -> bool:
        """Whether its team has another client with the role admin."""

    async def put(
        self, client_id: str, secret: str, decide: Callable[[Client | None], Client]
    ) -> tuple[Client, bool]:
        """Create or change a client as `decide` says; gives it and whether it is new. Earlier secrets stop working.

        Raises what `decide` raises, and LastAdmin if its team would be left without an admin, also of two that go at once.
        """

    async def renew_secret(self, client: Client, secret: str, old_ends_at: datetime | None) -> None:
        """Give it a new secret; the present one works until `old_ends_at`, or no longer for None.

        Raises WriteConflict if the client changed since it was read.
        """

    async def delete(self, client: Client) -> None:
        """End it; a missing client is no error. Raises LastAdmin as `put` does."""


class NewSecret(Protocol):
    """Makes a client's secret: at least 128 random bits."""

    def __call__(self) -> str: ...


class Revocations(Protocol):
    """The clients whose tokens are refused before they expire."""

    async def add(self, revocation: Revocation) -> None:
        """Refuse these tokens from now on; idempotent."""

    async def all(self) -> list[Revocation]:
        """Those that concern a token which can still be alive."""


class Buckets(Protocol):
    """Token buckets that all gateways share."""

    async def take(self, key: str, bucket: Bucket, wanted: int, spent: int) -> Lease:
        """Charge `spent` tokens to the bucket of this key, then give up to `wanted` of those that are left."""


class AuditLog(Protocol):
    """Who changed what. Entries are only ever added."""

    async def add(self, events: Mapping[str, AdminActionTaken]) -> None:
        """Keep these, by their ids; one that is there already stays as it is."""

    async def page(self, filters: EntryFilter, after: tuple[datetime, str] | None, limit: int) -> list[Entry]:
        """At most `limit` entries, newest first, from the one after `after`, its time and id."""


class OwnerStore(Protocol):
    """The owners."""

    async def get(self, owner_id: str) -> Owner | None:
        """The owner; None if there is none."""

    async def page(self, status: str | None, asked: Asked, limit: int) -> Part[Owner]:
        """At most `limit` owners with this status (any, for None)."""

    async def suspended(self) -> list[str]:
        """The ids of all that are suspended."""

    async def named(self, keys: Sequence[str], limit: int) -> list[Owner]:
        """At most `limit` owners that have, or apply for, a name with one of these keys; verified ones first."""

    async def brands_within(self, keys: Sequence[str]) -> list[Owner]:
        """The verified brands, suspended ones among them, whose key is one of these or a part of one."""

    async def change(self, aggregate_id: str, decide: Decide[Owner]) -> Result[Owner]:
        """Store the outcome of a decision about an owner, with its events. Raises NameTaken if another brand of this name was
        verified at the same moment."""


class PartnerStore(Protocol):
    """Hosts and creators."""

    async def get(self, partner_id: str) -> Partner | None:
        """The partner; None if there is none."""

    async def page(self, kind: PartnerKind, asked: Asked, limit: int) -> Part[Partner]:
        """At most `limit` partners of this kind."""

    async def suspended(self) -> list[Partner]:
        """All that are suspended."""

    async def change(self, partner_id: str, decide: Decide[Partner]) -> Result[Partner]:
        """Store the outcome of a decision about a partner, with its events."""


class Accounts(Protocol):
    """The settled-in accounts."""

    async def get(self, account_id: str) -> Account | None:
        """The account; None if there is none."""

    async def change(self, account_id: str, decide: Decide[Account]) -> Result[Account]:
        """Store the outcome of a decision about an account, with its events."""


class Programs(Protocol):
    """The mini programs, as far as sessions need them."""

    async def can_be_entered(self, mini_program_id: str, host_id: str, viewer: str) -> bool:
        """Whether the mini program is published on that host, or the viewer tests one that is not suspended."""


class ProgramProjection(Protocol):
    """Keeps `Programs` up to date from the catalog's events."""

    async def learn(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these events; idempotent."""

    async def learn_testers(self, events: Sequence[TestersChanged]) -> None:
        """Bring the projection up to these events; idempotent."""


class Tokens(Protocol):
    """Makes signed tokens, valid from `at` on."""

    def access_token(self, client: Client, at: datetime, life: timedelta, token_id: str) -> str:
        """A client's access token."""

    def session_token(self, visit: Visit, at: datetime, life: timedelta, token_id: str) -> str:
        """A viewer's session token."""


class PublicKeys(Protocol):
    """The keys that verify tokens."""

    def jwks(self) -> dict[str, Any]:
        """All of them, as a JWK set (RFC 7517)."""
