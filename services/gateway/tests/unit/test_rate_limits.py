"""Token buckets that several gateways share by leases."""

from __future__ import annotations

import asyncio

import pytest

from contracts.api.limits import LeaseAnswer, LeaseRequest
from gateway.rate_limits import IDLE_SECONDS, RateLimits
from runtime.errors import Unavailable
from runtime.web.problems import Problem

RATE = 100
SIZES = {"read": RATE, "write": RATE, "search": RATE, "order": RATE, "scan": 1, "bulk": 1}


class FakeIdentity:
    """One bucket for each key, by a clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.is_away = False
        self.asked = 0
        self._buckets: dict[str, tuple[float, float]] = {}

    async def lend(self, asked: LeaseRequest) -> LeaseAnswer:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable("identity is away")
        tokens, at = self._buckets.get(asked.key, (float(asked.size), self.now))
        refilled = (self.now - at) * asked.size / asked.window
        tokens = min(asked.size, tokens + refilled) - asked.spent
        given = max(0, min(asked.wanted, int(tokens)))
        self._buckets[asked.key] = (tokens - given, self.now)
        return LeaseAnswer(given=given, remaining=max(0, int(tokens - given)))

    def gateway(self, window: int = 1) -> RateLimits:
        return RateLimits(SIZES, self.lend, lambda: self.now, window)


async def admitted(limits: RateLimits, calls: int, caller: str = "client c") -> int:
    """How many of these calls, all at once, are admitted."""
    outcomes = await asyncio.gather(
        *(limits.admit(caller, "read") for _ in range(calls)), return_exceptions=True
    )
    refusals = [one for one in outcomes if one is not None]
    assert all(isinstance(one, Problem) and one.code == "rate_limited" for one in refusals), refusals
    return calls - len(refusals)


async def test_one_gateway_admits_exactly_the_limit() -> None:
    assert await admitted(FakeIdentity().gateway(), 3 * RATE) == RATE


async def test_a_refusal_says_when_to_try_again() -> None:
    limits = FakeIdentity().gateway()
    await admitted(limits, RATE)
    with pytest.raises(Problem) as refusal:
        await limits.admit("client c", "read")
    assert (refusal.value.status, refusal.value.headers["Retry-After"]) == (429, "1")


async def test_a_bucket_of_an_hour_gets_one_token_back_in_the_hours_share_of_it() -> None:
    identity = FakeIdentity()
    gateways = [identity.gateway(window=3600) for _ in range(2)]
    assert RATE <= sum([await admitted(one, 2 * RATE) for one in gateways]) <= RATE + RATE // 10
    with pytest.raises(Problem) as refusal:
        await gateways[0].admit("client c", "read")
    assert refusal.value.headers["Retry-After"] == "36"
    assert "100 calls of the class read in 3600 seconds" in refusal.value.detail
    identity.now += (RATE // 10 + 4) * 3600 / RATE  # first what the second gateway admitted too many
    assert 3 <= sum([await admitted(one, RATE) for one in gateways]) <= 4


async def test_four_gateways_admit_at_most_three_slices_too_many() -> None:
    identity = FakeIdentity()
    gateways = [identity.gateway() for _ in range(4)]
    counts = await asyncio.gather(*(admitted(one, 2 * RATE) for one in gateways))
    assert RATE <= sum(counts) <= RATE + 3 * RATE // 10


async def test_four_gateways_together_admit_the_limit_over_a_minute() -> None:
    identity = FakeIdentity()
    gateways = [identity.gateway() for _ in range(4)]
    total = 0
    for _ in range(600):
        total += sum([await admitted(one, 10) for one in gateways])
        identity.now += 0.1
    assert abs(total - 60 * RATE) <= 0.05 * 60 * RATE


async def test_a_caller_with_few_calls_needs_no_lease() -> None:
    identity = FakeIdentity()
    assert await admitted(identity.gateway(), RATE // 10) == RATE // 10
    assert identity.asked == 0


async def test_one_caller_uses_up_no_other_callers_limit() -> None:
    limits = FakeIdentity().gateway()
    await admitted(limits, 2 * RATE)
    assert await admitted(limits, RATE, "client other") == RATE


async def test_without_identity_calls_go_on_at_the_pace_of_the_last_slices() -> None:
    identity = FakeIdentity()
    limits = identity.gateway()
    await admitted(limits, RATE // 2)
    identity.is_away = True
    total = 0
    for _ in range(100):
        identity.now += 0.1
        total += await admitted(limits, 50)
    assert 0.9 * 10 * RATE <= total <= 1.1 * 10 * RATE
    assert identity.asked <= 20, "an identity that is away is asked about once a second"


async def test_idle_buckets_are_forgotten() -> None:
    identity = FakeIdentity()
    limits = identity.gateway()
    for one in range(50):
        await limits.admit(f"client {one}", "read")
    identity.now += IDLE_SECONDS
    await limits.admit("client new", "read")
    assert len(limits._buckets) == 1


async def test_headers_state_the_policy_and_what_is_left() -> None:
    limits = FakeIdentity().gateway()
    await limits.admit("client c", "read")
    assert limits.headers("client c", "read") == {
        "RateLimit-Policy": '"read";q=100;w=1',
        "RateLimit": '"read";r=99;t=1',
    }
