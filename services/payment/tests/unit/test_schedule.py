"""When the provider is queried: soon, then ever more rarely, at the deadline, and for a day after an unconfirmed close."""

from __future__ import annotations

from datetime import timedelta

from payment.domain.schedule import Schedule
from runtime.clock import system_clock

NOW = system_clock()
SCHEDULE = Schedule()


def test_an_open_trade_is_queried_ever_more_rarely_and_at_its_deadline():
    expires_at = NOW + timedelta(minutes=15)
    polls = [SCHEDULE.first_poll(NOW, expires_at)]
    while polls[-1] < SCHEDULE.link_dead_at(expires_at):
        polls.append(SCHEDULE.next_poll(NOW, expires_at, polls[-1]))
    assert [(at - NOW).total_seconds() for at in polls] == [30, 60, 120, 240, 480, 902]


def test_a_short_deadline_is_not_missed():
    assert SCHEDULE.first_poll(NOW, NOW + timedelta(seconds=5)) == NOW + timedelta(seconds=7)


def test_an_unconfirmed_close_is_queried_thirteen_times_while_alipay_repeats_a_notice():
    at, polls = NOW, []
    while (following := SCHEDULE.next_poll_after_close(NOW, at)) is not None:
        at = following
        polls.append(at)
    assert polls[0] == NOW + timedelta(seconds=30)
    assert polls[-2] < NOW + timedelta(hours=25) <= polls[-1]
    assert len(polls) == 13


def test_an_uncertain_answer_is_retried_after_doubling_intervals():
    intervals = [(SCHEDULE.retry_at(tries, NOW) - NOW).total_seconds() for tries in (0, 1, 2, 3, 50)]
    assert intervals == [1, 2, 4, 8, 600]
