"""The event that every service publishes when a client of an owner, host, creator or operator changes something."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from contracts.event import Event, Identifier, Text, Value, published
from contracts.topics import AUDIT, Topic

Reason = Annotated[str, Field(max_length=8_192)]
"""Room for 20 reasons, each with its field."""
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Actor(Value):
    """Who acts: a client, for the owner, host or creator `subject_id`; an operator's client acts for itself."""

    client_id: Identifier
    scope: Name
    subject_id: Identifier
    role: Name


@published
class AdminActionTaken(Event):
    """A client changed an object.

    `before` and `after` hold the fields that changed, by their path (`skus.0.price`), as far as the object's service shows them:
    no secrets and no personal data. A field that was missing before or afterwards is in only one of them. `version` is the
    object's after the change, 0 for one without versions.
    """

    topic: ClassVar[Topic] = AUDIT

    service: Identifier = Field(description="the service that recorded it, and its producer")
    action: Name = Field(description="the name of the call, as the OpenAPI document has it")
    actor: Actor
    object_kind: Name
    object_id: Name
    owner_id: Identifier | None = Field(default=None, description="the owner whose object it is, if known")
    reason: Reason | None = Field(
        default=None, description="why, in the words of the operator who acted, who names no people"
    )
    before: dict[Text, Any] = Field(default_factory=dict)
    after: dict[Text, Any] = Field(default_factory=dict)
    at: datetime

    @property
    def producer(self) -> str:
        """The service that recorded it."""
        return self.service
