"""The audit log as its readers see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from contracts.api.common import Answer, Id, PageQuery, ShortText, UtcTime


class AuditQuery(PageQuery):
    """Which of the caller's entries to read."""

    first: UtcTime | None = Field(default=None, alias="from", description="entries from this time on")
    last: UtcTime | None = Field(default=None, alias="to", description="entries before this time")
    client_id: Id | None = Field(default=None, description="what this client did")
    action: ShortText | None = Field(default=None, description="calls of this name, such as `put_product`")
    object_id: ShortText | None = Field(
        default=None, alias="object", description="changes of the object with this id"
    )


class AnyAuditQuery(AuditQuery):
    """Which entries an operator wants to read."""

    owner_id: Id | None = Field(
        default=None, description="what this owner's clients did, and what was done to it"
    )


class AuditActor(Answer):
    """Who acted: a client, for the owner, host or creator `subject_id`; an operator's client acts for itself."""

    client_id: str
    scope: str
    subject_id: str
    role: str


class AuditObject(Answer):
    """What was changed."""

    kind: str
    id: str


class AuditEntry(Answer):
    """One change. `before` and `after` hold the fields that changed, by path, without secrets and personal data."""

    entry_id: str
    at: datetime
    action: str = Field(description="the name of the call: its `operationId` in this document")
    actor: AuditActor
    object: AuditObject
    owner_id: str | None = None
    reason: str | None = Field(
        default=None,
        description="why, in the words of the operator who acted: the `reason` or `reasons` of the call",
    )
    before: dict[str, Any]
    after: dict[str, Any]
