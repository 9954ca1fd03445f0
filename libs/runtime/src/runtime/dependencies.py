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
    aiohttp.ServerTimeoutError,
    ConnectionError,
)
_RETRYABLE_LABELS = ("TransientTransactionError", "RetryableWriteError", "UnknownTransactionCommitResult")
_MONGO_BUSY_CODES = frozenset({6, 7, 64, 89, 91, 112, 189, 262, 10107, 11600, 11602, 13435, 13436})
"""Server codes for hosts unreachable, replicas that did not confirm, shutdowns, elections and write conflicts
(MongoDB error_codes.yml)."""


class DependencyAway(Exception):
    """Something needed is away for the moment; say what."""


def is_away(fault: BaseException) -> bool:
    """Whether trying again later can help without anything else changing."""
    if isinstance(fault, (DependencyAway, *_MONGO_AWAY)):
        return True
    if isinstance(fault, BulkWriteError):
        return _all_busy(fault)
    if isinstance(fault, PyMongoError):
        labelled = any(fault.has_error_label(label) for label in _RETRYABLE_LABELS)
        return labelled or getattr(fault, "code", None) in _MONGO_BUSY_CODES
    if isinstance(fault, KafkaError):
        return True
    return isinstance(fault, _HTTP_AWAY)
