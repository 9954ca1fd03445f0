"""Signed tokens and pseudonyms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from contracts.tokens.clicks import LIFETIME, BadClick, Click, read_click
from contracts.tokens.pseudonyms import openid, viewer_pseudonym
from contracts.tokens.signing import InvalidToken, read, sign

SECRET = "s" * 32
NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(days=1)


def test_a_token_gives_back_its_claims() -> None:
    claims = read(sign({"id": "a", "rank": 3}, SECRET, "kind-a", LATER), SECRET, "kind-a")
    assert (claims["id"], claims["rank"]) == ("a", 3)


def _refused() -> dict[str, str]:
    head, claims, signature = sign({"id": "a"}, SECRET, "kind-a", LATER).split(".")
    other_claims = sign({"id": "b"}, SECRET, "kind-a", LATER).split(".")[1]
    return {
        "another kind": sign({}, SECRET, "kind-b", LATER),
        "another secret": sign({}, "t" * 32, "kind-a", LATER),
        "expired": sign({}, SECRET, "kind-a", NOW - timedelta(seconds=1)),
        "without an expiry": jwt.encode({"aud": "kind-a"}, SECRET, algorithm="HS256"),
        "unsigned": jwt.encode({"aud": "kind-a", "exp": LATER}, None, algorithm="none"),
        "claims of another token": f"{head}.{other_claims}.{signature}",
        "cut off": f"{head}.{claims}",
        "empty": "",
        "not a token": "abc",
    }


@pytest.mark.parametrize("kind", _refused())
def test_any_other_token_is_refused(kind: str) -> None:
    with pytest.raises(InvalidToken):
        read(_refused()[kind], SECRET, "kind-a")


def _click(at: datetime) -> Click:
    return Click(surface="search", host_id="h", viewer="", at=at, nonce="n", product_id="p1")


def test_a_click_is_read_as_it_was_signed() -> None:
    click = _click(NOW)
    assert read_click(click.sign(SECRET), SECRET) == click


def test_a_click_counts_for_seven_days() -> None:
    assert read_click(_click(NOW - LIFETIME + timedelta(hours=1)).sign(SECRET), SECRET)
    with pytest.raises(BadClick):
        read_click(_click(NOW - LIFETIME - timedelta(seconds=1)).sign(SECRET), SECRET)


def test_a_token_that_is_not_a_click_is_refused() -> None:
    for token in (sign({"surface": "search"}, SECRET, "anchorage-click", LATER), "x"):
        with pytest.raises(BadClick):
            read_click(token, SECRET)


def test_a_user_has_one_pseudonym_in_a_host_and_one_openid_in_each_mini_program() -> None:
    assert viewer_pseudonym(SECRET, "h1", "u") == viewer_pseudonym(SECRET, "h1", "u")
    assert viewer_pseudonym(SECRET, "h1", "u") != viewer_pseudonym(SECRET, "h2", "u")
    ids = {openid(SECRET, host, program, "u") for host in ("h1", "h2") for program in ("m1", "m2")}
    assert len(ids) == 4
