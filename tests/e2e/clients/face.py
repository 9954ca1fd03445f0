"""What the Python client does by itself, against a platform that a test plays. Run by pytest with the built package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from anchorage_client import Problem, sending
from anchorage_client.sending import Sender
from anchorage_client.tokens import ClientCredentials

Answer = Callable[[httpx.Request], httpx.Response]
OK = httpx.Response(200, json={})
UNAVAILABLE = httpx.Response(
    503, headers={"Retry-After": "2"}, json={"code": "unavailable", "detail": "Away."}
)
BUSY = httpx.Response(429, json={"code": "busy", "detail": "Later."})
KEYED = {"Idempotency-Key": "k"}


class Played:
    """A platform that gives these answers in turn."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.sent: list[tuple[str, bytes]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.sent.append((request.headers.get("Authorization", ""), request.content))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def sender(played: Played, **arguments: Any) -> Sender:
    return Sender(
        tries=3, patience=30, transport=httpx.MockTransport(played), base_url="http://gateway", **arguments
    )


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []
    monkeypatch.setattr(sending.time, "sleep", made.append)
    return made


@pytest.mark.parametrize(
    ("method", "headers", "first"),
    [
        ("POST", {}, BUSY),
        ("GET", {}, UNAVAILABLE),
        ("DELETE", {}, httpx.ConnectError("refused")),
        ("POST", KEYED, UNAVAILABLE),
        ("POST", KEYED, httpx.ReadTimeout("slow")),
    ],
)
def test_what_can_do_no_harm_is_tried_again(
    method: str, headers: dict[str, str], first: httpx.Response | Exception, pauses: list[float]
) -> None:
    played = Played(first, OK)
    assert sender(played).request(method, "/v1/orders", headers=headers, content=b"x").status_code == 200
    assert played.sent == [("", b"x"), ("", b"x")], "the repeat is the same"
    assert pauses == [2.0 if first is UNAVAILABLE else 0.5], "at least Retry-After"


@pytest.mark.parametrize(
    ("method", "first"), [("POST", UNAVAILABLE), ("GET", httpx.Response(404)), ("PATCH", httpx.Response(409))]
)
def test_what_could_be_done_twice_or_is_refused_is_not(
    method: str, first: httpx.Response, pauses: list[float]
) -> None:
    with pytest.raises(Problem) as found:
        sender(Played(first)).request(method, "/v1/orders")
    assert found.value.status == first.status_code
    assert pauses == []


def test_the_tries_and_the_patience_end(pauses: list[float]) -> None:
    with pytest.raises(Problem, match="429 busy: Later"):
        sender(Played(BUSY, BUSY, BUSY)).get("/v1/orders")
    assert pauses == [0.5, 1.0]
    with pytest.raises(Problem) as found:
        sender(Played(httpx.Response(429, headers={"Retry-After": "60"}))).get("/v1/orders")
    assert (found.value.retry_after, found.value.code) == (60.0, "unknown")


def test_a_problem_names_the_fields_that_are_wrong() -> None:
    wrong = {"field": "lines[0].quantity", "message": "must be at least 1"}
    document = {"code": "invalid_content", "detail": "Wrong.", "errors": [wrong]}
    with pytest.raises(Problem) as found:
        sender(Played(httpx.Response(422, json=document))).get("/v1/orders")
    assert [(one.field, one.message) for one in found.value.errors] == [tuple(wrong.values())]


def token(number: int, life: int = 900) -> httpx.Response:
    return httpx.Response(200, json={"access_token": f"t{number}", "expires_in": life})


def test_a_token_is_got_once_and_renewed_when_it_ends_or_is_refused() -> None:
    refused = httpx.Response(401, json={"code": "bad_token", "detail": "Ended."})
    played = Played(token(1), OK, OK, refused, token(2, life=20), OK, token(3), OK)
    client = sender(played, auth=ClientCredentials("http://gateway/v1/token", "c", "s"))
    for _ in range(4):
        client.get("/v1/orders")
    tokens = [authorization for authorization, _ in played.sent]
    assert tokens == ["", "Bearer t1", "Bearer t1", "Bearer t1", "", "Bearer t2", "", "Bearer t3"]


def test_a_refused_secret_is_a_problem() -> None:
    refused = httpx.Response(401, json={"error": "invalid_client", "error_description": "Unknown."})
    client = sender(Played(refused), auth=ClientCredentials("http://gateway/v1/token", "c", "s"))
    with pytest.raises(Problem, match="401 invalid_client: Unknown"):
        client.get("/v1/orders")
