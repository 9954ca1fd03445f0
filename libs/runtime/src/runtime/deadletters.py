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
    kept = [
        (name, value if value is not None else b"")
        for name, value in raw.headers
        if not name.startswith(MARK)
    ]
    marks = {
        "reason": reason[:500],
        "attempts": str(attempts),
        "consumer": consumer,
        "topic": raw.topic,
        "partition": str(raw.partition),
        "offset": str(raw.offset),
        "at": at.isoformat(),
    }
    headers = (*kept, *((MARK + name, value.encode()) for name, value in marks.items()))
    return Record(raw.topic + DEAD_LETTER_SUFFIX, raw.key, raw.value, headers)


def put_back(raw: ConsumerRecord) -> Record:
    """The record as it first was, for the topic that it came from; its `ce_id` is unchanged."""
    headers = {name: value or b"" for name, value in raw.headers}
    origin = headers.get(MARK + "topic", raw.topic.removesuffix(DEAD_LETTER_SUFFIX).encode()).decode()
    kept = tuple((name, value or b"") for name, value in raw.headers if not name.startswith(MARK))
    return Record(origin, raw.key, raw.value, kept)
