"""Delivers notices: at once, then on Alipay's schedule by the notice clock, until the answer is `success`."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import prometheus_client

from alipay_sandbox.application.armed_faults import ArmedFaults
from alipay_sandbox.application.attempt_log import AttemptLog
from alipay_sandbox.application.forgery import Forger
from alipay_sandbox.application.ports import Attempt, NoticeSender, Signer
from alipay_sandbox.application.timer import Timer
from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.faults import FaultKind, Forgery
from alipay_sandbox.domain.notice_clock import NoticeClock
from alipay_sandbox.domain.notices import SUCCESS, Notice, next_attempt, notice_fields
from alipay_sandbox.domain.signing import notice_text
from alipay_sandbox.domain.trade import Trade
from runtime.errors import Unavailable

_log = logging.getLogger(__name__)

DELIVERIES = prometheus_client.Counter(
    "alipay_sandbox_notices", "Notices sent, by what was answered", ["answer"]
)
FORGERIES = prometheus_client.Counter(
    "alipay_sandbox_forged_notices", "Forged notices sent, by what was answered", ["kind", "answer"]
)

REORDER_WAIT = timedelta(minutes=10)
"""How long a notice that is to arrive out of order waits for a later one, on the notice clock."""
_MAX_CONCURRENT_COPIES = 20
_RETRY_AFTER = timedelta(seconds=1)


@dataclass(eq=False, slots=True)
class _Delivery:
    """A scheduled delivery. A `held` one starts after a later notice of its trade, or at its own due time."""

    key: str
    notice: Notice
    held: bool = False
    started: bool = False


class NoticeDelivery:
    """Owns the notice clock and all deliveries under way."""

    def __init__(
        self,
        *,
        key: Signer,
        cert_sn_for: Callable[[str], str],
        sender: NoticeSender,
        attempts: AttemptLog,
        faults: ArmedFaults,
        forger: Forger,
        clock: Callable[[], datetime],
        max_concurrent: int,
    ) -> None:
        self._key = key
        self._cert_sn_for = cert_sn_for
        self._sender = sender
        self._attempts = attempts
        self._faults = faults
        self._forger = forger
        self._clock = clock
        self._slots = asyncio.Semaphore(max_concurrent)
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[str, list[_Delivery]] = {}
        self._scheduled: set[str] = set()  # the ids of all notices that have attempts left
        now = clock()
        self._notice_clock = NoticeClock(now, now)
        self._timer: Timer[_Delivery] = Timer(self._seconds_until, self._start)

    @property
    def notice_clock(self) -> NoticeClock:
        """The clock of the schedule."""
        return self._notice_clock

    def set_notice_clock(self, notice_clock: NoticeClock) -> None:
        """Change the clock of the schedule."""
        self._notice_clock = notice_clock
        self._timer.clock_changed()

    def now(self) -> datetime:
        """Now, on the notice clock."""
        return self._notice_clock.at(self._clock())

    def schedule(self, key: str, notice: Notice) -> None:
        """Deliver a stored notice when it is due. Idempotent."""
        if notice.notify_id not in self._scheduled:
            self._scheduled.add(notice.notify_id)
            self._schedule_again(key, notice)

    def _schedule_again(self, key: str, notice: Notice) -> None:
        self._timer.add(notice.due, _Delivery(key, notice))

    async def forge(self, trade: Trade, kind: Forgery | None, count: int, concurrent: int) -> dict[str, int]:
        """Send forged notices of a payment now; returns how often each answer came."""
        notice = Notice(
            "", trade.order.notify_url, trade.order.charset, notice_fields(trade, None), self.now()
        )
        signed = self._signed(notice)
        slots = asyncio.Semaphore(concurrent)

        async def send() -> str:
            async with slots:
                return await self._send_forged(notice, signed, kind)

        return Counter(await asyncio.gather(*(send() for _ in range(count))))

    async def run(self) -> None:
        """Deliver until cancelled; then cancel the deliveries under way."""
        try:
            await self._timer.run()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _seconds_until(self, due: datetime) -> float:
        return self._notice_clock.seconds_until(due, self._clock())

    def _start(self, delivery: _Delivery) -> None:
        if delivery.started:
            return
        delivery.started = True
        task = asyncio.create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a delivery ended with an error", exc_info=task.exception())

    async def _deliver(self, delivery: _Delivery) -> None:
        key, notice = delivery.key, delivery.notice
        try:
            if not delivery.held and await self._postponed(key, notice):
                return
            async with self._slots:
                answer = await self._send(notice)
        except Unavailable:  # raised by the faults only: recording an attempt retries without limit
            self._schedule_again(key, replace(notice, due=self.now() + _RETRY_AFTER))
            return
        await self._settle(key, notice, answer)
        for overtaken in self._held.pop(key, ()):
            self._start(overtaken)

    async def _postponed(self, key: str, notice: Notice) -> bool:
        """Whether a fault postpones this delivery. A postponed delivery does not count as an attempt."""
        number = notice.fields["out_trade_no"]
        if delay := await self._faults.strike(FaultKind.DELAY_NOTIFY, number):
            later = replace(notice, due=self.now() + timedelta(seconds=delay.seconds))
            await self._attempts.record(Attempt(key, later, False, "fault: delayed", self._clock()))
            self._schedule_again(key, later)
            return True
        if await self._faults.strike(FaultKind.REORDER_NOTIFY, number):
            later = replace(notice, due=self.now() + REORDER_WAIT)
            await self._attempts.record(Attempt(key, later, False, "fault: held back", self._clock()))
            delivery = _Delivery(key, later, held=True)
            self._held.setdefault(key, []).append(delivery)
            self._timer.add(later.due, delivery)
            return True
        return False

    async def _send(self, notice: Notice) -> str:
        number = notice.fields["out_trade_no"]
        signed = self._signed(notice)
        if forgery := await self._faults.strike(FaultKind.FORGE_NOTIFY, number):
            await self._send_forged(notice, signed, forgery.forgery)
        if await self._faults.strike(FaultKind.DROP_NOTIFY, number):
            return "fault: dropped"
        if duplicate := await self._faults.strike(FaultKind.DUPLICATE_NOTIFY, number):
            return await self._send_copies(notice, signed, duplicate.copies)
        return await self._sender.send(notice.url, notice.charset, signed)

    async def _send_copies(self, notice: Notice, signed: Mapping[str, str], copies: int) -> str:
        slots = asyncio.Semaphore(_MAX_CONCURRENT_COPIES)

        async def send() -> str:
            async with slots:
                return await self._sender.send(notice.url, notice.charset, signed)

        answers = await asyncio.gather(*(send() for _ in range(copies)))
        return next((answer for answer in answers if answer != SUCCESS), SUCCESS)

    async def _send_forged(self, notice: Notice, signed: Mapping[str, str], kind: Forgery | None) -> str:
        kind = kind or self._forger.next_kind()
        forged = self._forger.forge(kind, signed, notice.charset)
        answer = await self._sender.send(notice.url, notice.charset, forged)
        FORGERIES.labels(kind.value, "success" if answer == SUCCESS else "refused").inc()
        return answer

    async def _settle(self, key: str, notice: Notice, answer: str) -> None:
        DELIVERIES.labels("success" if answer == SUCCESS else "other").inc()
        attempts = notice.attempts + 1
        due = None if answer == SUCCESS else next_attempt(attempts, self.now())
        after = replace(notice, attempts=attempts, due=due or notice.due)
        await self._attempts.record(Attempt(key, after, due is None, answer, self._clock()))
        if due is None:
            self._scheduled.discard(notice.notify_id)
        else:
            self._schedule_again(key, after)

    def _signed(self, notice: Notice) -> dict[str, str]:
        fields = {
            **notice.fields,
            "notify_id": notice.notify_id,
            "notify_time": beijing.to_text(self._clock()),
            "sign_type": "RSA2",
        }
        if cert_sn := self._cert_sn_for(notice.fields["app_id"]):
            fields["alipay_cert_sn"] = cert_sn
        return {**fields, "sign": self._key.sign(notice_text(fields), notice.charset)}
