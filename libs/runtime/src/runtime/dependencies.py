"""Which faults mean that a dependency is away, and are therefore never a record's or a caller's fault."""

from __future__ import annotations

import aiohttp
from aiokafka.errors import KafkaError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    NotPrimaryError,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
)

from runtime.faults import bulk_codes

_MONGO_AWAY = (
    ConnectionFailure,
    ServerSelectionTimeoutError,
    NotPrimaryError,
    ExecutionTimeout,
    WaitQueueTimeoutError,
)
_HTTP_AWAY = (
    aiohttp.ClientConnectionError,
    aiohttp.ClientPayloadError,  # the other side died in the middle of its answer
    ConnectionError,
    TimeoutError,  # a limit of ours on a call, or aiohttp's on a whole exchange
)
_HTTP_BUSY = frozenset({429, 502, 503, 504})
_RETRYABLE_LABELS = ("TransientTransactionError", "RetryableWriteError", "UnknownTransactionCommitResult")
_MONGO_BUSY_CODES = frozenset(
    {6, 7, 43, 64, 89, 91, 100, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436}
)
"""Server codes for hosts unreachable, shutdowns, elections, lost cursors, write conflicts and majorities that did not
confirm in time (MongoDB error_codes.yml)."""


class DependencyAway(Exception):
    """Something needed is away for the moment; say what."""


def is_away(fault: BaseException) -> bool:
    """Whether trying again later can help without anything else changing."""
    if isinstance(fault, (DependencyAway, *_MONGO_AWAY)):
        return True
    if isinstance(fault, BulkWriteError) and any(code in _MONGO_BUSY_CODES for code in bulk_codes(fault)):
        return True
    if isinstance(fault, PyMongoError):
        labelled = any(fault.has_error_label(label) for label in _RETRYABLE_LABELS)
        return labelled or getattr(fault, "code", None) in _MONGO_BUSY_CODES
    if isinstance(fault, KafkaError):
        return True
    if isinstance(fault, aiohttp.ClientResponseError):
        return fault.status in _HTTP_BUSY
    return isinstance(fault, _HTTP_AWAY)
