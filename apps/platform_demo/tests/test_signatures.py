"""Only Anchorage's own calls are believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from platform_demo.signatures import is_genuine

SECRET, OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = '{"type": "order.paid", "data": {"title": "茶"}}'.encode()


def signed(secret: str = SECRET, body: bytes = BODY, late: timedelta = timedelta()) -> dict[str, str]:
    at = datetime.now(UTC) - late
    signature = Webhook(secret).sign("msg_1", at, body.decode())
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }


def test_a_call_is_believed_under_any_of_the_secrets() -> None:
    assert is_genuine([SECRET], signed(), BODY)
    assert is_genuine([SECRET, OLD], signed(OLD), BODY)


def test_another_body_another_secret_and_an_old_call_are_not_believed() -> None:
    assert not is_genuine([SECRET], signed(), BODY + b" ")
    assert not is_genuine([SECRET], signed(OLD), BODY)
    assert not is_genuine([SECRET], signed(late=timedelta(minutes=6)), BODY)
    assert not is_genuine([], signed(), BODY)


@pytest.mark.parametrize(
    "header", ["", "junk", "v1,", "v1,not base64", "v2,AAAA", "v1,é", "v1", "v1,AAAA v1"]
)
def test_a_malformed_signature_is_no_error(header: str) -> None:
    assert not is_genuine([SECRET], signed() | {"webhook-signature": header}, BODY)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_no_error(name: str) -> None:
    assert not is_genuine([SECRET], {k: v for k, v in signed().items() if k != name}, BODY)


def test_a_malformed_time_or_body_is_no_error() -> None:
    assert not is_genuine([SECRET], signed() | {"webhook-timestamp": "soon"}, BODY)
    assert not is_genuine([SECRET], signed(), b"\xff\xfe")
