"""Token requests are read as RFC 6749 says."""

from __future__ import annotations

import base64

import orjson
import pytest

from identity.domain.clients import Client, granted_scope
from identity.domain.errors import TokenRefused
from identity.http.credentials import FORM, token_request
from runtime.web.bodies import JSON

GOOD = {"grant_type": "client_credentials", "client_id": "c", "client_secret": "s"}


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def test_a_form_and_json_are_read_alike() -> None:
    form = token_request(FORM, b"grant_type=client_credentials&client_id=c&client_secret=s&scope=host", None)
    assert form == token_request(JSON, orjson.dumps(GOOD | {"scope": "host"}), None)


def test_the_client_may_come_as_http_basic_with_encoded_characters() -> None:
    request = token_request(FORM, b"grant_type=client_credentials", basic("a%3Ab", "s%2Bs+t"))
    assert (request.client_id, request.client_secret) == ("a:b", "s+s t")


def test_unknown_form_fields_are_ignored() -> None:
    body = b"grant_type=client_credentials&client_id=c&client_secret=s&audience=x&scope="
    assert token_request(FORM, body, None).scope is None


@pytest.mark.parametrize(
    ("content_type", "body", "authorization", "error"),
    [
        (FORM, b"", None, "invalid_request"),
        (FORM, b"grant_type=&client_id=c&client_secret=s", None, "invalid_request"),
        (FORM, b"grant_type=password&client_id=c&client_secret=s", None, "unsupported_grant_type"),
        (FORM, b"grant_type=client_credentials", None, "invalid_client"),
        (FORM, b"grant_type=client_credentials&client_id=c", None, "invalid_client"),
        (
            FORM,
            b"grant_type=client_credentials&client_id=c&client_id=d&client_secret=s",
            None,
            "invalid_request",
        ),
        (FORM, b"grant_type=client_credentials&client_id=%ff&client_secret=s", None, "invalid_request"),
        (FORM, b"\xff\xfe", None, "invalid_request"),
        (FORM, b"a=1&" * 100, None, "invalid_request"),
        (FORM, b"grant_type=client_credentials", "Basic !!!", "invalid_client"),
        (FORM, b"grant_type=client_credentials", "Bearer x", "invalid_client"),
        (FORM, b"grant_type=client_credentials", basic("c", "")[:-4], "invalid_client"),
        (FORM, b"grant_type=client_credentials&client_secret=s", basic("c", "s"), "invalid_request"),
        (FORM, b"grant_type=client_credentials&client_id=d", basic("c", "s"), "invalid_request"),
        (JSON, b"{", None, "invalid_request"),
        (JSON, b"[]", None, "invalid_request"),
        (JSON, orjson.dumps(GOOD)[:-1] + b', "client_id": "d"}', None, "invalid_request"),
        (JSON, b'{"grant_type": 1}', None, "unsupported_grant_type"),
        (JSON, orjson.dumps(GOOD | {"client_id": 1}), None, "invalid_request"),
        (JSON, orjson.dumps(GOOD | {"more": 1}), None, "invalid_request"),
        (JSON, orjson.dumps(GOOD | {"client_secret": "s" * 257}), None, "invalid_request"),
        ("text/plain", b"grant_type=client_credentials&client_id=c&client_secret=s", None, "invalid_request"),
    ],
)
def test_a_wrong_request_is_refused_with_the_error_of_the_rfc(
    content_type: str, body: bytes, authorization: str | None, error: str
) -> None:
    with pytest.raises(TokenRefused) as refused:
        token_request(content_type, body, authorization)
    assert refused.value.error == error


def test_a_client_gets_its_own_scope_only() -> None:
    client = Client("c", "n", "host", "h")
    assert granted_scope(client, None) == granted_scope(client, "host") == "host"
    for requested in ("ops", "host ops", "viewer"):
        with pytest.raises(TokenRefused, match="scope host"):
            granted_scope(client, requested)
