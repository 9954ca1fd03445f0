"""The windows in which new codes are counted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sharecode.domain.quota import of_a_mini_program, of_a_sharer

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
MINUTE, DAY = of_a_mini_program(5), of_a_sharer(3)


@given(moments)
def test_every_moment_lies_in_one_window(now: datetime) -> None:
    for limit in (MINUTE, DAY):
        assert limit.begins(now) <= now < limit.ends(now)
        assert limit.ends(now) - limit.begins(now) == limit.window
        assert limit.begins(limit.ends(now)) == limit.ends(now), "the next one begins where this one ends"


@given(moments)
def test_after_retry_after_the_next_window_has_begun(now: datetime) -> None:
    for limit in (MINUTE, DAY):
        later = now + timedelta(seconds=limit.seconds_left(now))
        assert limit.begins(later) > limit.begins(now)
        assert 1 <= limit.seconds_left(now) <= limit.window.total_seconds()


def test_minutes_and_days_are_those_of_utc() -> None:
    now = datetime(2026, 5, 4, 13, 37, 42, 5, UTC)
    assert MINUTE.begins(now) == datetime(2026, 5, 4, 13, 37, tzinfo=UTC)
    assert DAY.begins(now) == datetime(2026, 5, 4, tzinfo=UTC)
    assert MINUTE.seconds_left(now) == 18
