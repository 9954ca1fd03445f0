"""Which errors mean "unavailable", and how errors are described without personal data."""

import logging
from typing import Any

import aiohttp
import orjson
import pytest
from aiokafka.errors import (
    AuthenticationFailedError,
    InvalidTopicError,
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)
from pydantic import BaseModel, ValidationError
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DocumentTooLarge,
    DuplicateKeyError,
    NetworkTimeout,
    OperationFailure,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)
from yarl import URL

from runtime.errors import Unavailable, is_unavailable, needs_operator, redacted, redacted_traceback
from runtime.logs import JsonFormatter

PHONE = "13800001111"


def _answered(status: int) -> aiohttp.ClientResponseError:
    info = aiohttp.RequestInfo(URL("http://x/"), "GET", headers=None, real_url=URL("http://x/"))  # type: ignore[arg-type]
    return aiohttp.ClientResponseError(info, (), status=status)


def _bulk(writes: list[int], durability: list[int]) -> BulkWriteError:
    return BulkWriteError(
        {"writeErrors": [{"code": c, "keyValue": {"phone": PHONE}} for c in writes],
         "writeConcernErrors": [{"code": c} for c in durability]}
    )  # fmt: skip


AWAY = [
    AutoReconnect("connection closed"),
    NetworkTimeout("timed out"),
    ServerSelectionTimeoutError("no primary"),
    WTimeoutError("waiting for replication timed out", 64, {}),
    WriteConcernError("not enough data-bearing nodes", 100, {}),
    OperationFailure("interrupted at shutdown", 11600),
    OperationFailure("write conflict", 112),
    _bulk([], [64]),
    _bulk([11000], [91]),
    _bulk([11600], []),
    _bulk([11000, 11600], []),
    KafkaConnectionError(),
    KafkaTimeoutError(),
    ConnectionResetError(),
    TimeoutError(),
    TimeoutError(),
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientPayloadError(),
    _answered(503),
    _answered(429),
    Unavailable("the mint"),
    ProducerClosed(),
    OutOfOrderSequenceNumber(),
    NotLeaderForPartitionError(),
]
OWN = [
    ValueError("wrong"),
    KeyError("missing"),
    DuplicateKeyError("dup key", 11000, {}),
    OperationFailure("document failed validation", 121),
    _bulk([11000], []),
    _answered(400),
    _answered(500),
    RuntimeError(),
    MessageSizeTooLargeError(),
    InvalidTopicError(),
    DocumentTooLarge("BSON document too large"),
]


REFUSES_US = [
    TopicAuthorizationFailedError(),
    AuthenticationFailedError(),
    UnsupportedVersionError(),
    OperationFailure("not authorized", 13),
]


@pytest.mark.parametrize("fault", REFUSES_US, ids=repr)
def test_a_dependency_that_refuses_this_process_loses_no_record_and_needs_an_operator(
    fault: Exception,
) -> None:
    assert is_unavailable(fault)
    assert needs_operator(fault)


@pytest.mark.parametrize("fault", AWAY + OWN, ids=repr)
def test_other_errors_need_no_operator(fault: Exception) -> None:
    assert not needs_operator(fault)


@pytest.mark.parametrize("fault", AWAY, ids=repr)
def test_errors_that_time_can_cure_mean_unavailable(fault: Exception) -> None:
    assert is_unavailable(fault)


@pytest.mark.parametrize("fault", OWN, ids=repr)
def test_errors_that_time_cannot_cure_do_not_mean_unavailable(fault: Exception) -> None:
    assert not is_unavailable(fault)


class Buyer(BaseModel):
    phone: int


def _invalid() -> Exception:
    try:
        Buyer.model_validate({"phone": PHONE + "x"})
    except ValidationError as wrong:
        return wrong
    raise AssertionError


def _duplicate() -> Exception:
    return DuplicateKeyError(
        f'E11000 dup key: {{ phone: "{PHONE}" }}', 11000, {"keyValue": {"phone": PHONE}, "codeName": "DuplicateKey"}
    )  # fmt: skip


PERSONAL = [_invalid(), _duplicate(), _bulk([11000], []), ExceptionGroup("two", [_invalid(), _duplicate()])]


@pytest.mark.parametrize("fault", PERSONAL, ids=lambda fault: type(fault).__name__)
def test_an_error_is_described_without_the_data_that_was_handled(fault: Exception) -> None:
    try:
        try:
            raise fault
        except Exception as first:
            raise RuntimeError("the note was not kept") from first
    except RuntimeError as last:
        told = redacted_traceback(last)
    assert type(fault).__name__ in told
    assert "the note was not kept" in told
    assert PHONE not in told + redacted(fault)


def test_a_description_names_the_field_and_the_code() -> None:
    assert "phone" in redacted(_invalid())
    assert "11000" in redacted(_duplicate())


def _line(**record: Any) -> dict[str, Any]:
    made = logging.getLogger("test").makeRecord("test", logging.ERROR, "f", 1, "it failed", (), None)
    for name, value in record.items():
        setattr(made, name, value)
    line: dict[str, Any] = orjson.loads(JsonFormatter("notebook").format(made))
    return line


def test_a_log_line_is_json_with_the_extra_fields() -> None:
    line = _line(event_id="e1", records=3)
    assert (line["service"], line["level"], line["message"]) == ("notebook", "ERROR", "it failed")
    assert (line["event_id"], line["records"]) == ("e1", 3)


def test_a_logged_exception_has_its_traceback_and_no_personal_data() -> None:
    try:
        raise _duplicate()
    except DuplicateKeyError as fault:
        line = _line(exc_info=(type(fault), fault, fault.__traceback__))
    assert "test_errors.py" in line["exception"]
    assert PHONE not in line["exception"]
