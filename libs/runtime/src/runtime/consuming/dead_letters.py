"""Dead letters: what a consumer could not handle is kept in `<topic>.dlq`, with its reason and origin, and can be replayed."""

from __future__ import annotations

from datetime import datetime

from aiokafka import ConsumerRecord

from contracts.topics import DEAD_LETTER_SUFFIX
from runtime.kafka.publisher import Record

HEADER_PREFIX = "dlq_"
MAX_REASON = 500
LEFT_OUT = HEADER_PREFIX + "left_out"
"""This header's value says what of the record is not in its letter."""
KEPT_WITHOUT_CONTENT = ("ce_id", "ce_type", "ce_source", "ce_time")


def dead_letter(raw: ConsumerRecord, *, reason: str, attempts: int, consumer: str, at: datetime) -> Record:
    """The record for the dead-letter topic: same key, bytes and headers, plus `dlq_*` headers that say why.

    A record that was replayed and failed again keeps only the newest reason.
    """
    kept = [(name, value) for name, value in raw.headers if not name.startswith(HEADER_PREFIX)]
    added = {
        "reason": reason[:MAX_REASON],
        "attempts": str(attempts),
        "consumer": consumer,
        "topic": raw.topic,
        "partition": str(raw.partition),
        "offset": str(raw.offset),
        "at": at.isoformat(),
    }
    headers = (
        *kept,
        *((HEADER_PREFIX + name, value.encode(errors="replace")) for name, value in added.items()),
    )
    # Kafka clients refuse a record with neither key nor value
    value = b"" if raw.key is None and raw.value is None else raw.value
    return Record(raw.topic + DEAD_LETTER_SUFFIX, raw.key, value, headers)


def without_content(letter: Record) -> Record:
    """The letter of a record that is too large for its dead-letter topic: the kind of event, the reason and the origin only.

    The record itself stays on its topic, at the partition and offset in the headers, for as long as the topic keeps it.
    """
    kept = tuple(
        (name, value[:MAX_REASON])
        for name, value in letter.headers
        if value is not None and name.startswith((HEADER_PREFIX, *KEPT_WITHOUT_CONTENT))
    )
    return Record(letter.topic, None, b"", (*kept, (LEFT_OUT, b"content")))


def has_content(letter: ConsumerRecord) -> bool:
    """Whether the letter holds the record, so that it can be replayed."""
    return all(name != LEFT_OUT for name, _ in letter.headers)


def replayed(raw: ConsumerRecord) -> Record:
    """The record as it first was, for the topic that it came from; its `ce_id` is unchanged. The letter must have content."""
    origin = (
        dict(raw.headers).get(HEADER_PREFIX + "topic") or raw.topic.removesuffix(DEAD_LETTER_SUFFIX).encode()
    )
    kept = tuple((name, value) for name, value in raw.headers if not name.startswith(HEADER_PREFIX))
    return Record(origin.decode(), raw.key, raw.value, kept)
