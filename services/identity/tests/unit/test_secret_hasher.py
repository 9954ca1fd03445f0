"""Client secrets."""

from __future__ import annotations

from identity.adapters.secret_hasher import CACHE_SECONDS, SecretHasher


async def test_a_secret_matches_its_own_hash_only() -> None:
    hasher = SecretHasher()
    stored = await hasher.hash("right")
    assert b"right" not in stored
    assert stored != await hasher.hash("right")
    assert await hasher.matches("right", stored)
    assert not await hasher.matches("wrong", stored)
    assert not await hasher.matches("right", None)


async def test_a_right_secret_is_cached_for_a_while_and_a_wrong_one_never_passes() -> None:
    now = 0.0
    hasher = SecretHasher(now=lambda: now)
    stored = await hasher.hash("right")
    hashed = 0

    async def counted(secret: str, salt: bytes) -> bytes:
        nonlocal hashed
        hashed += 1
        return await SecretHasher._scrypt(hasher, secret, salt)

    hasher._scrypt = counted  # type: ignore[method-assign]
    assert await hasher.matches("right", stored)
    assert await hasher.matches("right", stored)
    assert hashed == 1
    assert not await hasher.matches("wrong", stored)
    assert hashed == 2
    now = CACHE_SECONDS + 1
    assert await hasher.matches("right", stored)
    assert hashed == 3
