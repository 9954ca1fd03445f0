"""Which errors mean "unavailable", and how errors are described without personal data."""

import logging
from email.message import Message
from errno import ENOSPC
from typing import Any
from urllib.error import HTTPError

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
from bson.errors import InvalidDocument
from pydantic import BaseModel, ValidationError, field_validator
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

from contracts.envelope import BadEnvelope
from runtime.errors import (
    FactMismatch,
    Unavailable,
    is_unavailable,
    needs_operator,
    redacted,
    redacted_traceback,
)
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
    notes: dict[str, int] = {}

    @field_validator("phone")
    @classmethod
    def _is_short(cls, phone: int) -> int:
        if phone > 999:
            raise ValueError(f"{phone} is no short number")
        return phone


def _invalid(**fields: object) -> Exception:
    try:
        Buyer.model_validate(fields or {"phone": PHONE + "x"})
    except ValidationError as wrong:
        return wrong
    raise AssertionError


def _duplicate() -> Exception:
    return DuplicateKeyError(
        f'E11000 dup key: {{ phone: "{PHONE}" }}', 11000, {"keyValue": {"phone": PHONE}, "codeName": "DuplicateKey"}
    )  # fmt: skip


SECRET_URL = URL(f"http://x/v1?token={PHONE}")
PERSONAL = [
    _invalid(),
    _invalid(phone=int(PHONE)),
    _invalid(phone=1, notes={PHONE: "x"}),
    _duplicate(),
    _bulk([11000], []),
    ExceptionGroup("two", [_invalid(), _duplicate()]),
    ValueError(f"invalid literal for int() with base 10: '{PHONE}x'"),
    KeyError(PHONE),
    UnicodeEncodeError("ascii", f"{PHONE}，", 11, 12, "ordinal not in range"),
    InvalidDocument(f"cannot encode object: {{'phone': '{PHONE}'}}"),
    aiohttp.InvalidURL(str(SECRET_URL)),
    aiohttp.ClientResponseError(
        aiohttp.RequestInfo(SECRET_URL, "GET", headers=None, real_url=SECRET_URL), (), status=400
    ),  # type: ignore[arg-type]
    HTTPError(str(SECRET_URL), 400, PHONE, Message(), None),
    BadEnvelope("header ce_type is missing or empty"),
]


@pytest.mark.parametrize("fault", PERSONAL, ids=lambda fault: type(fault).__name__)
def test_an_error_is_described_without_the_data_that_was_handled(fault: Exception) -> None:
    try:
        try:
            raise fault
        except Exception as first:
            raise Unavailable("the notebook") from first
    except Unavailable as last:
        told = redacted_traceback(last)
    assert type(fault).__name__ in told
    assert "the notebook" in told
    assert PHONE not in told + redacted(fault)


def test_a_description_names_the_field_and_the_code() -> None:
    assert "phone" in redacted(_invalid())
    assert "11000" in redacted(_duplicate())
    assert redacted(_answered(503)) == "ClientResponseError: status 503"


def test_a_description_names_what_an_operator_has_to_look_at() -> None:
    assert "no primary" in redacted(ServerSelectionTimeoutError("no primary"))
    assert "No space left" in redacted(OSError(ENOSPC, "No space left on device"))
    assert "amount 1" in redacted(FactMismatch("order o1", "amount", stated=1, known=200))


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


def test_what_asyncio_says_of_an_exception_has_no_text_of_it() -> None:
    line = _line(
        name="asyncio",
        msg=f"Task exception was never retrieved\nfuture: <Task exception=ValueError('{PHONE}')>",
    )
    assert line["message"] == "Task exception was never retrieved"


def test_a_logged_exception_has_its_traceback_and_no_personal_data() -> None:
    try:
        raise _duplicate()
    except DuplicateKeyError as fault:
        line = _line(exc_info=(type(fault), fault, fault.__traceback__))
    assert "test_errors.py" in line["exception"]
    assert PHONE not in line["exception"]
