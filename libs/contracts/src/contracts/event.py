"""The base of every event: a frozen model whose topic states its key and its one producer."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.topics import Topic

TYPE_PREFIX = "anchorage."

Version = Annotated[int, Field(ge=0, description="version of the aggregate after this change")]
Text = Annotated[str, Field(max_length=4096)]
Identifier = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]


class Value(BaseModel):
    """A part of an event. Readers ignore unknown fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Value):
    """A fact, named in the past tense. A subclass states its `topic`, which states the key field and the producer."""

    topic: ClassVar[Topic]
    schema_version: ClassVar[int] = 1
    own_key: ClassVar[str | None] = None
    """The key field of an event that does not belong to what the topic's key field names."""

    version: Version

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents `type`: `anchorage.OrderPlaced.v1`.

        The newest schema version has the plain class name; an older one that is still published ends in its number:
        `StockAdjustedV1`.
        """
        name = cls.__name__.removesuffix(f"V{cls.schema_version}")
        return f"{TYPE_PREFIX}{name}.v{cls.schema_version}"

    @classmethod
    def key_field(cls) -> str:
        """The field whose value is the partition key."""
        return cls.own_key or cls.topic.key

    @property
    def key(self) -> str:
        """The partition key."""
        return str(getattr(self, self.key_field()))

    @property
    def producer(self) -> str:
        """The service that publishes it."""
        return self.topic.producer


EventT = TypeVar("EventT", bound="Event")

EVENTS: dict[str, type[Event]] = {}
"""Every published event by type name, registered by `published`."""


def published(event: type[EventT]) -> type[EventT]:
    """Register an event class; raises TypeError if it lacks its key field, or if another class has its type name."""
    if event.key_field() not in event.model_fields:
        raise TypeError(
            f"{event.__name__} lacks the key field {event.key_field()!r} of topic {event.topic.name!r}"
        )
    known = EVENTS.setdefault(event.type_name(), event)
    if known is not event:
        raise TypeError(
            f"{event.__qualname__} and {known.__qualname__} have the same type {event.type_name()}"
        )
    return event


def parse(type_name: str, value: bytes) -> Event:
    """The event in `value`; raises KeyError for an unknown type and pydantic.ValidationError for an invalid value."""
    return EVENTS[type_name].model_validate_json(value, strict=True)
