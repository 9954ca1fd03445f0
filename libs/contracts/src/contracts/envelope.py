"""CloudEvents 1.0 over Kafka in binary mode: attributes in `ce_*` headers, the event's JSON as the value.

Source: CloudEvents 1.0.2 Kafka protocol binding, section 3.2; W3C Trace Context for `traceparent`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/json"
AGAIN = ("ce_again", "true")
"""The header that marks a repeat which asks for its answer again; an extension attribute of CloudEvents."""

_REQUIRED = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject")


class BadEnvelope(ValueError):
    """The headers of a record are not those of a CloudEvent; the text names the wrong one, without its value."""

    loggable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of one event. `id` is fixed when the event is recorded; a repeat has the same one.

    `again` marks a repeat whose answer has not arrived: a consumer that has handled the event announces its answer again.
    """

    id: str
    type: str
    source: str
    time: datetime
    subject: str
    traceparent: str | None = None
    again: bool = False

    def headers(self) -> list[tuple[str, bytes]]:
        """The attributes as headers of a Kafka record, all UTF-8."""
        pairs = [
            ("ce_specversion", SPEC_VERSION),
            ("ce_id", self.id),
            ("ce_type", self.type),
            ("ce_source", self.source),
            ("ce_time", self.time.isoformat()),
            ("ce_subject", self.subject),
            ("content-type", CONTENT_TYPE),
        ]
        if self.again:
            pairs.append(AGAIN)
        if self.traceparent:
            pairs.append(("traceparent", self.traceparent))
        return [(name, value.encode()) for name, value in pairs]

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> Envelope:
        """The envelope in a record's headers; raises BadEnvelope if an attribute is missing, empty or unreadable."""
        for name in _REQUIRED:
            if not headers.get(name):
                raise BadEnvelope(f"header {name} is missing or empty")
        if headers["ce_specversion"] != SPEC_VERSION:
            raise BadEnvelope(f"ce_specversion is not {SPEC_VERSION!r}")
        return cls(
            id=headers["ce_id"],
            type=headers["ce_type"],
            source=headers["ce_source"],
            time=_time(headers["ce_time"]),
            subject=headers["ce_subject"],
            traceparent=headers.get("traceparent"),
            again=headers.get(AGAIN[0]) == AGAIN[1],
        )


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadEnvelope("header ce_time is not an RFC 3339 time") from None
    if time.tzinfo is None:
        raise BadEnvelope("header ce_time has no time zone")
    return time


def source_of(producer: str) -> str:
    """The `ce_source` of a producing service: `/anchorage/checkout`."""
    return f"/anchorage/{producer}"
