"""Client secrets."""

from __future__ import annotations

import asyncio
import secrets
from itertools import count

import pytest

from identity.adapters import secret_hasher
from identity.adapters.secret_hasher import HASH_BYTES, MAX_HASHING, SALT_BYTES, SecretHasher
from runtime.errors import Unavailable

TRIES = 1_000


class Counting(SecretHasher):
    """Counts slow hashes."""

    slow = 0

    async def _scrypt(self, secret: str, salt: bytes) -> bytes:
        self.slow += 1
        return await super()._scrypt(secret, salt)


@pytest.fixture
def hasher() -> Counting:
    return Counting()


async def test_a_secret_matches_its_own_hash_only(hasher: Counting) -> None:
    stored = await hasher.hash("right")
    assert b"right" not in stored
    assert stored != await hasher.hash("right")
    assert await hasher.matches("right", stored)
    assert not await hasher.matches("wrong", stored)
    assert not await hasher.matches("right", hasher.of_nobody("nobody"))


async def test_a_right_secret_is_hashed_slowly_once(hasher: Counting) -> None:
    stored = await hasher.hash("right")
    hasher.slow = 0
    assert all(await asyncio.gather(*(hasher.matches("right", stored) for _ in range(50))))
    assert await hasher.matches("right", stored)
    assert hasher.slow == 1


@pytest.mark.parametrize("known", [True, False], ids=["known client", "unknown client"])
async def test_a_flood_of_wrong_secrets_leaves_the_slow_hash_to_good_clients(
    hasher: Counting, known: bool
) -> None:
    """One in 256 passes the fast byte: more than 30 of 1,000 would be a chance of one in 10 to the 16th."""
    stored = await hasher.hash("right") if known else hasher.of_nobody("nobody")
    hasher.slow = 0
    for _ in range(TRIES):
        assert not await hasher.matches(secrets.token_hex(), stored)
    assert hasher.slow <= 30


async def test_a_wrong_secret_that_passes_the_fast_byte_is_hashed_slowly_once(hasher: Counting) -> None:
    stored = await hasher.hash("right")
    lucky = next(secret for secret in map(str, count()) if hasher.with_fast_byte(stored, secret) == stored)
    hasher.slow = 0
    for _ in range(5):
        assert not await hasher.matches(lucky, stored)
    assert hasher.slow == 1


async def test_more_slow_checks_than_may_wait_are_refused(
    hasher: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_hasher, "MAX_WAITING", 3)
    without_byte = (await hasher.hash("right"))[: SALT_BYTES + HASH_BYTES]
    checks = [hasher.matches(str(n), without_byte) for n in range(10)]
    outcomes = await asyncio.gather(*checks, return_exceptions=True)
    assert sum(isinstance(outcome, Unavailable) for outcome in outcomes) == 7


async def test_a_hash_of_an_older_version_still_matches_and_gets_its_fast_byte(hasher: Counting) -> None:
    stored = await hasher.hash("right")
    older = stored[: SALT_BYTES + HASH_BYTES]
    assert await hasher.matches("right", older)
    assert not await hasher.matches("wrong", older)
    assert hasher.with_fast_byte(older, "right") == stored


async def test_a_flood_of_new_secrets_is_refused_and_ends_by_itself() -> None:
    hasher = SecretHasher()
    made = await asyncio.gather(
        *(hasher.hash(str(n)) for n in range(MAX_HASHING + 5)), return_exceptions=True
    )
    assert sum(isinstance(one, Unavailable) for one in made) == 5
    assert await hasher.matches("again", await hasher.hash("again"))
