"""When a trade is asked about: soon, then ever more rarely, at its deadline, and for a day after an end that is not certain."""

from __future__ import annotations

from datetime import timedelta

from payment.domain.schedule import Schedule
from runtime.clock import system_clock

NOW = system_clock()
SCHEDULE = Schedule()


def test_an_open_trade_is_asked_about_ever_more_rarely_and_at_its_deadline():
    expires_at = NOW + timedelta(minutes=15)
    looks = [SCHEDULE.first_look(NOW, expires_at)]
    while looks[-1] < SCHEDULE.dead_at(expires_at):
        looks.append(SCHEDULE.next_look(NOW, expires_at, looks[-1]))
    assert [(at - NOW).total_seconds() for at in looks] == [30, 60, 120, 240, 480, 902]


def test_a_short_deadline_is_not_slept_through():
    assert SCHEDULE.first_look(NOW, NOW + timedelta(seconds=5)) == NOW + timedelta(seconds=7)


def test_an_end_that_is_not_certain_is_watched_for_as_long_as_alipay_repeats_a_notice_with_few_questions():
    at, looks = NOW, []
    while (following := SCHEDULE.next_watch(NOW, at)) is not None:
        at = following
        looks.append(at)
    assert looks[0] == NOW + timedelta(seconds=30)
    assert looks[-2] < NOW + timedelta(hours=25) <= looks[-1]
    assert len(looks) == 13


def test_no_answer_is_asked_for_again_after_doubling_pauses():
    pauses = [(SCHEDULE.retry_at(tries, NOW) - NOW).total_seconds() for tries in (0, 1, 2, 3, 50)]
    assert pauses == [1, 2, 4, 8, 600]
