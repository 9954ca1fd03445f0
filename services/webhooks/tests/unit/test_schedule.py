"""When a failed delivery is due again, and when a webhook is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.domain.delivery import MAX_ATTEMPTS, RETRY_AFTER, Attempt, Failing, next_due

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def failed(retry_after: timedelta | None = None) -> Attempt:
    return Attempt(NOW, 10, 503, retry_after=retry_after)


def test_the_pauses_are_the_promised_ones() -> None:
    pauses = [(next_due(failed(), tries, 0.0) or NOW) - NOW for tries in range(1, MAX_ATTEMPTS)]
    assert pauses == list(RETRY_AFTER)
    assert sum(RETRY_AFTER, timedelta()) < timedelta(days=4), "all attempts come before a webhook is disabled"


def test_after_the_last_attempt_a_delivery_is_exhausted() -> None:
    assert next_due(failed(timedelta(seconds=1)), MAX_ATTEMPTS, 0.5) is None


@given(
    st.integers(1, MAX_ATTEMPTS - 1), st.floats(0, 1), st.timedeltas(timedelta(days=-9), timedelta(days=999))
)
def test_retry_after_only_lengthens_a_pause_and_to_a_day_at_most(
    tries: int, jitter: float, asked: timedelta
) -> None:
    plain, wanted = next_due(failed(), tries, jitter), next_due(failed(asked), tries, jitter)
    assert plain is not None
    assert wanted is not None
    assert plain <= wanted <= max(plain, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("days", "failures", "hopeless"), [(5, 10, True), (5, 9, False), (4, 1000, False), (6, 10, True)]
)
def test_a_webhook_is_hopeless_by_time_and_number(days: int, failures: int, hopeless: bool) -> None:
    assert Failing(NOW - timedelta(days=days), failures).is_hopeless(NOW) is hopeless


def test_a_webhook_that_works_is_not_hopeless() -> None:
    assert not Failing().is_hopeless(NOW)
