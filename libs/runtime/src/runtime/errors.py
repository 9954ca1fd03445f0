"""Which errors are worth a retry, and error texts without personal data and secrets."""

from __future__ import annotations

import re
import sqlite3
import traceback
from collections.abc import Iterator
from typing import ClassVar

import aiohttp
from aiokafka.errors import (
    BrokerNotAvailableError,
    CommitFailedError,
    CorruptRecordException,
    DuplicateSequenceNumber,
    IllegalGenerationError,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    InvalidTimestampError,
    InvalidTopicError,
    KafkaError,
    KafkaTimeoutError,
    KafkaUnavailableError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    RebalanceInProgressError,
    RecordListTooLargeError,
    RecordTooLargeError,
    ReplicaNotAvailableError,
    UnknownError,
    UnknownMemberIdError,
    UnknownProducerId,
)
from pydantic import ValidationError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

_MONGO_UNAVAILABLE = (
    ConnectionFailure,
    ServerSelectionTimeoutError,
    NotPrimaryError,
    ExecutionTimeout,
    WaitQueueTimeoutError,
)
_HTTP_UNAVAILABLE = (
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,  # the server died in the middle of its answer
    ConnectionError,
    TimeoutError,  # our own limit on a call, or aiohttp's on a whole exchange
)
_HTTP_BUSY = frozenset({429, 502, 503, 504})
_KAFKA_PASSING = (
    KafkaTimeoutError,
    KafkaUnavailableError,
    BrokerNotAvailableError,
    ReplicaNotAvailableError,
    CorruptRecordException,  # damaged on the way
    UnknownError,
    ProducerClosed,  # these six: the next producer starts with new sequence numbers
    OutOfOrderSequenceNumber,
    DuplicateSequenceNumber,
    UnknownProducerId,
    InvalidProducerEpoch,
    InvalidProducerIdMapping,
    CommitFailedError,  # these four: the group is being rearranged
    IllegalGenerationError,
    UnknownMemberIdError,
    RebalanceInProgressError,
)
"""Errors that pass by themselves, although aiokafka does not mark them `retriable`."""
_RECORD_REFUSED = (
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
    InvalidTopicError,
    InvalidTimestampError,
)
_RETRYABLE_LABELS = ("TransientTransactionError", "RetryableWriteError", "UnknownTransactionCommitResult")
_MONGO_BUSY_CODES = frozenset(
    {6, 7, 43, 64, 89, 91, 100, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436}
)
"""Server codes for unreachable hosts, shutdowns, elections, lost cursors, write conflicts and majorities that did not
confirm in time (MongoDB error_codes.yml)."""
_MONGO_REFUSES_US = frozenset({13, 18, 14031})
"""Unauthorized, AuthenticationFailed, OutOfDiskSpace."""


_LOGGABLE = (ConnectionFailure, KafkaError, aiohttp.ClientConnectorError, sqlite3.Error)
"""Errors of libraries whose texts name hosts, topics, nodes or columns, and never a value that was handled."""
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""A field's name. The place of an invalid value may also hold keys of its input, such as a name that a buyer typed."""


class Unavailable(Exception):
    """A dependency does not answer at the moment; the text names it."""

    loggable: ClassVar[bool] = True


class WriteConflict(Exception):
    """Other writers changed the same aggregate each time we tried; the caller may try again."""

    loggable: ClassVar[bool] = True


class VersionConflict(Exception):
    """An editor's change was made on another version than `present`, which the object has by now; nothing was changed."""

    def __init__(self, present: int) -> None:
        super().__init__(f"the present version is {present}")
        self.present = present


def must_be_version(expected: int | None, present: int) -> None:
    """Raise VersionConflict if an editor expects another version than the present one; None expects nothing."""
    if expected is not None and expected != present:
        raise VersionConflict(present)


class FactMismatch(Exception):
    """An event contradicts the consumer's own record: another amount, currency, mini program, trade or merchant.

    The text names the field and both values. Nothing is changed; the event is a dead letter at once and counted in
    `anchorage.facts.mismatched`, because it is forged or its producer is wrong.
    """

    retry_helps: ClassVar[bool] = False
    loggable: ClassVar[bool] = True

    def __init__(self, subject: str, field: str, *, stated: object, known: object) -> None:
        super().__init__(f"{subject}: the event says {field} {stated}, our record says {known}")


def compare(subject: str, **fields: tuple[object, object]) -> None:
    """Raise FactMismatch for the first field whose stated and known value differ: `compare(order_id, amount=(1, 200))`."""
    for field, (stated, known) in fields.items():
        if stated != known:
            raise FactMismatch(subject, field, stated=stated, known=known)


def retry_can_help(error: BaseException) -> bool:
    """Whether handling the same record again may succeed: true unless the error's class says `retry_helps = False`."""
    return bool(getattr(error, "retry_helps", True))


def is_unavailable(error: BaseException) -> bool:
    """Whether the same call can succeed later, because a dependency is to blame and not what was asked of it."""
    if isinstance(error, (Unavailable, *_MONGO_UNAVAILABLE)):
        return True
    if isinstance(error, BulkWriteError) and any(
        code in _MONGO_BUSY_CODES | _MONGO_REFUSES_US for code in bulk_codes(error)
    ):
        return True
    if isinstance(error, PyMongoError):
        labelled = any(error.has_error_label(label) for label in _RETRYABLE_LABELS)
        return labelled or getattr(error, "code", None) in _MONGO_BUSY_CODES | _MONGO_REFUSES_US
    if isinstance(error, KafkaError):
        return not record_refused(error)
    if isinstance(error, aiohttp.ClientResponseError):
        return error.status in _HTTP_BUSY
    return isinstance(error, _HTTP_UNAVAILABLE)


def record_refused(error: BaseException) -> bool:
    """Whether Kafka refuses the record itself: it can never be sent as it is, and other records can."""
    return isinstance(error, _RECORD_REFUSED)


def needs_operator(error: BaseException) -> bool:
    """Whether a dependency refuses this process (its rights, its credentials, a full disk), so that waiting alone is no cure."""
    if isinstance(error, KafkaError):
        # aiokafka raises the bare class for faults of the connection and of metadata
        passing = error.retriable or type(error) is KafkaError or isinstance(error, _KAFKA_PASSING)
        return not passing and not record_refused(error)
    return isinstance(error, PyMongoError) and getattr(error, "code", None) in _MONGO_REFUSES_US


def redacted(error: BaseException) -> str:
    """The error as `Type: text` on one line, or its type alone, without the data that was being handled.

    Any text may repeat a phone number, an address, or a URL with a secret. So only what is known to be free of data is kept:
    the field and rule of a validation error, a database's or HTTP's code, an operating system's message, the texts of a few
    libraries, and those of error classes with `loggable = True`. Others are identified by their type and traceback.
    """
    text = _text(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def redacted_traceback(error: BaseException) -> str:
    """The traceback, first cause first, with redacted texts."""
    return "\n\nwhich led to\n\n".join(
        "".join(traceback.format_tb(link.__traceback__)) + redacted(link)
        for link in reversed([*_chain(error)])
    )


def bulk_codes(error: BulkWriteError) -> Iterator[int]:
    """The server's codes in a failed bulk write: of its single writes and of their durability."""
    details = error.details or {}
    for entry in (*details.get("writeErrors", ()), *details.get("writeConcernErrors", ())):
        yield int(entry.get("code", 0))


def _text(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        return "; ".join(f"{_place(e['loc'])}: {e['type']}" for e in errors)
    if isinstance(error, BulkWriteError):
        return "codes " + ", ".join(str(code) for code in sorted(set(bulk_codes(error))))
    if isinstance(error, OperationFailure):
        return f"code {error.code} {(error.details or {}).get('codeName', '')}".strip()
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(redacted(part) for part in error.exceptions)
    if isinstance(error, aiohttp.ClientResponseError):
        return f"status {error.status}"
    if isinstance(error, _LOGGABLE) or getattr(error, "loggable", False):
        return str(error)
    return (error.strerror or "") if isinstance(error, OSError) else ""


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(str(part) if isinstance(part, int) or _FIELD.fullmatch(part) else "…" for part in parts)


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
