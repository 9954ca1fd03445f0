"""Tokens: only identity's own, with a fixed algorithm, for this audience, before expiry; keys are fetched rarely."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import jwt
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from runtime.errors import is_unavailable
from runtime.web.tokens import (
    ALGORITHM,
    AUDIENCE,
    ISSUER,
    JWKS_PATH,
    LEEWAY_SECONDS,
    BadToken,
    Keys,
    TokenVerifier,
)

PRIVATE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KID = "k1"
LEEWAY = int(LEEWAY_SECONDS)


class Identity:
    """Serves the public key, counts how often it is asked, and can be broken."""

    def __init__(self) -> None:
        self.asked = 0
        self.status = 200
        self.kids = [KID]

    async def jwks(self, _: web.Request) -> web.Response:
        self.asked += 1
        await asyncio.sleep(0.02)
        key = RSAAlgorithm.to_jwk(PRIVATE.public_key(), as_dict=True)
        keys = [key | {"kid": kid, "alg": ALGORITHM, "use": "sig"} for kid in self.kids]
        return web.json_response({"keys": keys}, status=self.status)


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest_asyncio.fixture
async def keys(identity: Identity) -> AsyncIterator[Keys]:
    app = web.Application()
    app.router.add_get(JWKS_PATH, identity.jwks)
    async with TestServer(app, host="127.0.0.1") as server, aiohttp.ClientSession() as session:
        yield Keys(str(server.make_url("")), lambda: session, pause=0.5, failed_pause=0.0)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "client1", "scope": "host ops", "iat": now, "exp": now + 60,
        "host_id": "h1",
    }  # fmt: skip
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: dict[str, Any], key: Any = PRIVATE, kid: str = KID, algorithm: str = ALGORITHM) -> str:
    return jwt.encode(payload, key, algorithm=algorithm, headers={"kid": kid})


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _without_signature() -> str:
    return f"{encoded({'alg': 'none', 'kid': KID})}.{encoded(claims())}."


def _public_key_as_secret() -> str:
    """HS256 with the public key as the shared secret, for a verifier that lets the token choose its algorithm."""
    pem = PRIVATE.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = f"{encoded({'alg': 'HS256', 'kid': KID})}.{encoded(claims())}"
    mac = hmac.new(pem, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def _altered() -> str:
    head, _, signature = signed(claims()).split(".")
    return f"{head}.{encoded(claims(scope='ops owner'))}.{signature}"


def _deeply_nested() -> str:
    deep = base64.urlsafe_b64encode(b"[" * 9000).decode().rstrip("=")
    return f"{deep}.{encoded(claims())}.AAAA"


BAD: dict[str, Callable[[], str]] = {
    "no algorithm": _without_signature,
    "the public key as a shared secret": _public_key_as_secret,
    "another key under our key's name": lambda: signed(claims(), STRANGER),
    "altered claims": _altered,
    "another algorithm of the same family": lambda: signed(claims(), algorithm="RS512"),
    "expired": lambda: signed(claims(exp=int(time.time()) - LEEWAY - 1)),
    "issued far in the future": lambda: signed(claims(iat=int(time.time()) + LEEWAY + 30)),
    "not yet valid": lambda: signed(claims(nbf=int(time.time()) + LEEWAY + 30)),
    "for somebody else": lambda: signed(claims(aud="another-api")),
    "by somebody else": lambda: signed(claims(iss="somebody")),
    "without an expiry": lambda: signed(claims(exp=None)),
    "without a scope": lambda: signed(claims(scope=None)),
    "without a subject": lambda: signed(claims(sub=None)),
    "an unknown key": lambda: signed(claims(), kid="k9"),
    "no key named": lambda: jwt.encode(claims(), PRIVATE, algorithm=ALGORITHM),
    "no token at all": lambda: "abc",
    "dots": lambda: "..",
    "bytes that are no text": lambda: b"\xff\xfe.a.b".decode("utf-8", "surrogateescape"),
    "a header without end": _deeply_nested,
    "a header that is a list": lambda: f"{encoded([1])}.{encoded(claims())}.AAAA",
    "a key name that is a list": lambda: (
        f"{encoded({'alg': ALGORITHM, 'kid': [1]})}.{encoded(claims())}.AAAA"
    ),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_token_that_is_not_ours_is_refused(keys: Keys, name: str) -> None:
    with pytest.raises(BadToken):
        await TokenVerifier(keys).principal(BAD[name]())


async def test_a_valid_token_gives_its_principal_and_nothing_more(keys: Keys) -> None:
    principal = await TokenVerifier(keys).principal(signed(claims(openid="o1", admin=True)))
    assert (principal.subject, principal.scopes, principal.host_id, principal.openid) == (
        "client1", {"host", "ops"}, "h1", "o1",
    )  # fmt: skip
    assert principal.has("ops")
    assert not principal.has("owner")
    assert not hasattr(principal, "admin")


async def test_a_cached_token_is_refused_after_its_expiry(keys: Keys) -> None:
    now = time.time()
    verifier = TokenVerifier(keys, lambda: now)
    token = signed(claims(exp=int(now) + 1 - LEEWAY))
    await verifier.principal(token)
    now += 2
    await asyncio.sleep(max(0.0, int(now) - time.time()))  # the library has the machine's clock
    with pytest.raises(BadToken):
        await verifier.principal(token)


@pytest.mark.parametrize("times", [{"iat": 3}, {"iat": 20}, {"nbf": 3}, {"exp": -3}], ids=str)
async def test_clocks_may_differ_by_some_seconds(keys: Keys, times: dict[str, int]) -> None:
    now = int(time.time())
    token = signed(claims(**{name: now + seconds for name, seconds in times.items()}))
    assert (await TokenVerifier(keys).principal(token)).subject == "client1"


async def test_the_cache_of_tokens_is_bounded(keys: Keys) -> None:
    verifier = TokenVerifier(keys, size=3)
    for n in range(5):
        await verifier.principal(signed(claims(sub=f"client{n}")))
    assert len(verifier._known) == 3


async def test_unknown_keys_do_not_cause_a_fetch_each_time(keys: Keys, identity: Identity) -> None:
    verifier = TokenVerifier(keys)
    for n in range(20):
        with pytest.raises(BadToken):
            await verifier.principal(signed(claims(), kid=f"forged{n}"))
    assert identity.asked == 1


async def test_many_callers_at_a_cold_start_share_one_fetch(keys: Keys, identity: Identity) -> None:
    verifier = TokenVerifier(keys)
    await asyncio.gather(*(verifier.principal(signed(claims(sub=f"c{n}"))) for n in range(50)))
    assert identity.asked == 1


async def test_a_cancelled_caller_does_not_cancel_the_shared_fetch(keys: Keys, identity: Identity) -> None:
    verifier = TokenVerifier(keys)
    first = asyncio.create_task(verifier.principal(signed(claims(sub="first"))))
    second = asyncio.create_task(verifier.principal(signed(claims(sub="second"))))
    await asyncio.sleep(0.005)
    first.cancel()
    assert (await second).subject == "second"
    assert identity.asked == 1


async def test_a_new_key_is_found_after_the_pause(keys: Keys, identity: Identity) -> None:
    verifier = TokenVerifier(keys)
    await verifier.principal(signed(claims()))
    identity.kids.append("k2")
    deadline = time.monotonic() + 5
    while True:
        try:
            assert (await verifier.principal(signed(claims(), kid="k2"))).subject == "client1"
            break
        except BadToken:
            assert time.monotonic() < deadline, "the new key was never found"
            await asyncio.sleep(0.05)
    assert identity.asked <= 3


@pytest.mark.parametrize("status", [502, 503])
async def test_an_unavailable_identity_is_not_a_bad_token(
    keys: Keys, identity: Identity, status: int
) -> None:
    identity.status = status
    verifier = TokenVerifier(keys)
    with pytest.raises(aiohttp.ClientError) as caught:
        await verifier.principal(signed(claims()))
    assert is_unavailable(caught.value)
    identity.status = 200
    assert (await verifier.principal(signed(claims()))).subject == "client1"


async def test_a_failed_fetch_is_not_repeated_at_once(identity: Identity, keys: Keys) -> None:
    identity.status = 503
    verifier = TokenVerifier(Keys(keys._url.removesuffix(JWKS_PATH), keys._session, failed_pause=60.0))
    for n in range(20):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - any error that means "retry"
            await verifier.principal(signed(claims(), kid=f"forged{n}"))
        assert is_unavailable(caught.value)
    assert identity.asked == 1
