"""Owners, hosts and creators: applications, verdicts, suspensions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.access import Role
from contracts.api.addresses import ReturnOrigins
from contracts.api.common import PRINTABLE, Answer, ChangesQuery, Request, ShortText
from contracts.api.visible import Visible

MAX_REASONS = 20
OwnerKind = Literal["brand", "platform", "celebrity"]
OwnerStatus = Literal["applied", "verified", "rejected", "suspended"]
LongText = Annotated[str, Field(min_length=1, max_length=2000, pattern=PRINTABLE), Visible]
Email = Annotated[
    str,
    Field(
        max_length=254,
        pattern=r"^[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]+\.[^\s@\x00-\x1f\x7f]+$",
        description="an address that operators can write to, such as shop@brand.example",
    ),
]
Phone = Annotated[
    str, Field(pattern=r"^\+?[0-9][0-9 ()-]{3,30}$", description="digits, such as +86 10 5555 0100")
]


class ContactRequest(Request):
    """A person whom operators can reach. Only operators and the owner see it."""

    name: ShortText
    email: Email
    phone: Phone | None = None


class OwnerApplication(Request):
    """Who applies, and as what."""

    name: ShortText
    kind: OwnerKind = Field(description="brand, shopping platform or celebrity")
    contact: ContactRequest
    statement: LongText | None = Field(
        default=None, description="what operators should know, such as proofs of a brand"
    )


class ReasonRequest(Request):
    """One reason; `field` names what is wrong, if it is one thing."""

    field: Annotated[str, Field(max_length=100, pattern=PRINTABLE)] | None = None
    message: ShortText


class ReasonsRequest(Request):
    """Why; at least one reason."""

    reasons: Annotated[list[ReasonRequest], Field(min_length=1, max_length=MAX_REASONS)]


class ApprovalRequest(Request):
    """Why, if there is something to say: reasons are needed to verify an owner under the name of a verified brand."""

    reasons: Annotated[list[ReasonRequest], Field(max_length=MAX_REASONS)] = []


class ReasonView(Answer):
    """One reason."""

    field: str | None = None
    message: str


class Flag(Answer):
    """What an operator should look at."""

    field: str
    message: str


class WaitingApplication(Answer):
    """An application that waits for a verdict."""

    name: str
    kind: OwnerKind
    statement: str | None = None


class OwnerView(Answer):
    """An owner as it sees itself. Without a waiting application, `application` is null."""

    owner_id: str
    name: str
    kind: OwnerKind
    status: OwnerStatus
    reasons: list[ReasonView]
    contact: ContactRequest
    application: WaitingApplication | None = None
    version: int


class PastApplication(Answer):
    """An application with its verdict; `replaced` is one that gave way to the next before it was decided."""

    name: str
    kind: OwnerKind
    contact: ContactRequest
    statement: str | None = None
    applied_at: datetime | None = Field(description="null if it is not known")
    outcome: Literal["approved", "rejected", "replaced"]
    decided_at: datetime
    reasons: list[ReasonView]


class ListedOwner(OwnerView):
    """An owner as operators see it. `flags` names what to look at: a name that equals another owner's, or contains a verified
    brand's."""

    flags: list[Flag] = []


class OwnerDetails(ListedOwner):
    """An owner as operators see it, with its earlier applications, the newest first: the last 50."""

    applications: list[PastApplication]


class NewOwner(Answer):
    """A new owner with its first client. The secret is shown once."""

    owner_id: str
    status: OwnerStatus
    client_id: str
    client_secret: str


class OwnersQuery(ChangesQuery):
    """Which owners to list."""

    status: OwnerStatus | None = None


class PartnerRequest(Request):
    """A host app or a creator to register."""

    name: ShortText


class HostRequest(PartnerRequest):
    """A host app to register or to change."""

    return_origins: ReturnOrigins | None = Field(
        default=None,
        description="where its payers may return to, for all its clients; left out, it stays as it is",
    )


class PartnerView(Answer):
    """A host app or a creator. A creator has no `return_origins`."""

    id: str
    name: str
    suspended: bool
    reasons: list[str]
    version: int
    return_origins: list[str] = []


class NewHost(Answer):
    """A new host with its first client. The secret is shown once."""

    host_id: str
    name: str
    client_id: str
    client_secret: str


class NewCreator(Answer):
    """A new creator with its first client. The secret is shown once."""

    creator_id: str
    name: str
    client_id: str
    client_secret: str


class OwnClientRequest(Request):
    """A client to add to one's own."""

    name: ShortText
    role: Role = Field(description="what it may do")


class OwnClientView(Answer):
    """One of the caller's clients; `old_secret_ends_at` says until when its secret before the present one works."""

    client_id: str
    name: str
    role: Role
    old_secret_ends_at: datetime | None = None
    version: int


class NewClientView(OwnClientView):
    """A client with its new secret, which is shown once."""

    client_secret: str


class SecretRequest(Request):
    """A new secret for a client."""

    old_valid_for: int = Field(
        ge=0,
        le=30 * 86_400,
        description="seconds for which the present secret still works; 0 ends all earlier ones at once",
    )
