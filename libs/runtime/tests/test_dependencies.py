"""Which faults are a dependency's, so that a record is never blamed for them."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError, DuplicateKeyError, OperationFailure

from runtime.dependencies import is_away

SHUTDOWN, DUPLICATE, UNCONFIRMED = 11600, 11000, 64


def bulk(errors: list[int], unconfirmed: list[int]) -> BulkWriteError:
    details: dict[str, Any] = {
        "writeErrors": [{"code": code} for code in errors],
        "writeConcernErrors": [{"code": code} for code in unconfirmed],
    }
    return BulkWriteError(details)


@pytest.mark.parametrize(
    ("fault", "away"),
    [
        (AutoReconnect("gone"), True),
        (OperationFailure("shutting down", SHUTDOWN), True),
        (OperationFailure("not confirmed", UNCONFIRMED), True),
        (DuplicateKeyError("there", DUPLICATE), False),
        (bulk([SHUTDOWN, SHUTDOWN], []), True),
        (bulk([], [UNCONFIRMED]), True),
        (bulk([DUPLICATE, SHUTDOWN], []), True),
        (bulk([DUPLICATE], [UNCONFIRMED]), True),
        (bulk([DUPLICATE], []), False),
        (ValueError("a record's own"), False),
    ],
    ids=repr,
)
def test_a_fault_is_a_dependencys_only_when_waiting_can_help(fault: Exception, away: bool) -> None:
    assert is_away(fault) is away
