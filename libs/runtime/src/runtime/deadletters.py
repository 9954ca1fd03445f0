"""What a consumer could not take is kept, with its reason and origin, in `<topic>.dlq`, and can be put back."""

from __future__ import annotations

from datetime import datetime

from aiokafka import ConsumerRecord

from contracts.topics import DEAD_LETTER_SUFFIX
from runtime.publisher import Record

MARK = "dlq_"


def dead_letter(raw: ConsumerRecord, *, reason: str, attempts: int, consumer: str, at: datetime) -> Record:
    """The record for the dead-letter topic: same key, bytes and headers, and `dlq_*` headers that say why.

    A record that had been put back and failed again keeps only the newest reason.
    """
    kept = [(name, value) for name, value in raw.headers if not name.startswith(MARK)]
    marks = {
        "reason": reason[:500],
        "attempts": str(attempts),
        "consumer": consumer,
        "topic": raw.topic,
        "partition": str(raw.partition),
        "offset": str(raw.offset),
        "at": at.isoformat(),
    }
    headers = (*kept, *((MARK + name, value.encode(errors="replace")) for name, value in marks.items()))
    # a record with neither key nor value cannot be sent
    value = b"" if raw.key is None and raw.value is None else raw.value
    return Record(raw.topic + DEAD_LETTER_SUFFIX, raw.key, value, headers)


def put_back(raw: ConsumerRecord) -> Record:
    """The record as it first was, for the topic that it came from; its `ce_id` is unchanged."""
    origin = dict(raw.headers).get(MARK + "topic") or raw.topic.removesuffix(DEAD_LETTER_SUFFIX).encode()
    kept = tuple((name, value) for name, value in raw.headers if not name.startswith(MARK))
    return Record(origin.decode(), raw.key, raw.value, kept)
