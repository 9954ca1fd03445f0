"""Delivers notices: at once, then on Alipay's schedule on the notice clock, until the answer is `success`."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import prometheus_client
from pymongo.errors import PyMongoError

from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.adapters.postman import SUCCESS, Postman
from alipay_sandbox.adapters.trade_store import Attempt
from alipay_sandbox.application.attempt_log import AttemptLog
from alipay_sandbox.application.fault_desk import FaultDesk
from alipay_sandbox.application.forgery import Forger
from alipay_sandbox.application.timer import Timer
from alipay_sandbox.domain import beijing
from alipay_sandbox.domain.faults import FaultKind, Forgery
from alipay_sandbox.domain.notice_clock import NoticeClock
from alipay_sandbox.domain.notices import Notice, next_try, notice_fields
from alipay_sandbox.domain.signing import notice_text
from alipay_sandbox.domain.trade import Trade

_log = logging.getLogger(__name__)

DELIVERIES = prometheus_client.Counter(
    "alipay_sandbox_notices", "Notices sent, by what was answered", ["answer"]
)
FORGERIES = prometheus_client.Counter(
    "alipay_sandbox_forged_notices", "Forged notices sent, by what was answered", ["kind", "answer"]
)

# How long a notice that is to arrive out of order waits for a later one to overtake it, on the notice clock.
REORDER_WAIT = timedelta(minutes=10)
_DUPLICATES_AT_ONCE = 20
_STORE_AWAY = timedelta(seconds=1)


@dataclass(eq=False, slots=True)
class Delivery:
    """One planned delivery. A `held` one waits to be overtaken, and is started by that or by its own due time."""

    key: str
    notice: Notice
    held: bool = False
    started: bool = False


class Courier:
    """Owns the notice clock and all deliveries under way."""

    def __init__(
        self,
        *,
        key: SigningKey,
        postman: Postman,
        log: AttemptLog,
        faults: FaultDesk,
        forger: Forger,
        clock: Callable[[], datetime],
        at_once: int,
    ) -> None:
        self._key = key
        self._postman = postman
        self._attempts = log
        self._faults = faults
        self._forger = forger
        self._clock = clock
        self._slots = asyncio.Semaphore(at_once)
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[str, list[Delivery]] = {}
        self._planned: set[str] = set()  # the ids of all notices that have a try to make
        now = clock()
        self._notice_clock = NoticeClock(now, now)
        self._timer: Timer[Delivery] = Timer(self._seconds_until, self._start)

    @property
    def notice_clock(self) -> NoticeClock:
        """The clock that the schedule follows."""
        return self._notice_clock

    def set_notice_clock(self, notice_clock: NoticeClock) -> None:
        """From now on the schedule follows this clock."""
        self._notice_clock = notice_clock
        self._timer.reconsider()

    def now(self) -> datetime:
        """The present moment on the notice clock."""
        return self._notice_clock.at(self._clock())

    def plan(self, key: str, notice: Notice) -> None:
        """Delivers a stored notice when it is due; one that is planned already is left as it is."""
        if notice.notify_id not in self._planned:
            self._planned.add(notice.notify_id)
            self._plan_again(key, notice)

    def _plan_again(self, key: str, notice: Notice) -> None:
        self._timer.add(notice.due, Delivery(key, notice))

    async def forge(self, trade: Trade, kind: Forgery | None, count: int, at_once: int) -> dict[str, int]:
        """Sends forged notices that the trade is paid, now; returns how often each answer came."""
        notice = Notice(
            "", trade.order.notify_url, trade.order.charset, notice_fields(trade, None), self.now()
        )
        signed = self._signed(notice)
        slots = asyncio.Semaphore(at_once)

        async def send() -> str:
            async with slots:
                return await self._send_forged(notice, signed, kind)

        return Counter(await asyncio.gather(*(send() for _ in range(count))))

    async def run(self) -> None:
        """Delivers until cancelled, and ends the deliveries under way with itself."""
        try:
            await self._timer.run()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _seconds_until(self, due: datetime) -> float:
        return self._notice_clock.seconds_until(due, self._clock())

    def _start(self, delivery: Delivery) -> None:
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

    async def _deliver(self, delivery: Delivery) -> None:
        key, notice = delivery.key, delivery.notice
        try:
            if not delivery.held and await self._postponed(key, notice):
                return
            async with self._slots:
                answer = await self._send(notice)
        except PyMongoError:  # only faults are read here: what was sent is recorded with patience
            self._plan_again(key, replace(notice, due=self.now() + _STORE_AWAY))
            return
        await self._settle(key, notice, answer)
        for overtaken in self._held.pop(key, ()):
            self._start(overtaken)

    async def _postponed(self, key: str, notice: Notice) -> bool:
        """Whether a fault puts this delivery off. A postponed delivery is no attempt."""
        number = notice.fields["out_trade_no"]
        if delay := await self._faults.strike(FaultKind.DELAY_NOTIFY, number):
            later = replace(notice, due=self.now() + timedelta(seconds=delay.seconds))
            await self._attempts.record(Attempt(key, later, False, "fault: delayed", self._clock()))
            self._plan_again(key, later)
            return True
        if await self._faults.strike(FaultKind.REORDER_NOTIFY, number):
            later = replace(notice, due=self.now() + REORDER_WAIT)
            await self._attempts.record(Attempt(key, later, False, "fault: held back", self._clock()))
            delivery = Delivery(key, later, held=True)
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
        return await self._postman.post(notice.url, notice.charset, signed)

    async def _send_copies(self, notice: Notice, signed: Mapping[str, str], copies: int) -> str:
        slots = asyncio.Semaphore(_DUPLICATES_AT_ONCE)

        async def send() -> str:
            async with slots:
                return await self._postman.post(notice.url, notice.charset, signed)

        answers = await asyncio.gather(*(send() for _ in range(copies)))
        return next((answer for answer in answers if answer != SUCCESS), SUCCESS)

    async def _send_forged(self, notice: Notice, signed: Mapping[str, str], kind: Forgery | None) -> str:
        kind = kind or self._forger.next_kind()
        forged = self._forger.forge(kind, signed, notice.charset)
        answer = await self._postman.post(notice.url, notice.charset, forged)
        FORGERIES.labels(kind.value, "success" if answer == SUCCESS else "refused").inc()
        return answer

    async def _settle(self, key: str, notice: Notice, answer: str) -> None:
        DELIVERIES.labels("success" if answer == SUCCESS else "other").inc()
        attempts = notice.attempts + 1
        due = None if answer == SUCCESS else next_try(attempts, self.now())
        after = replace(notice, attempts=attempts, due=due or notice.due)
        await self._attempts.record(Attempt(key, after, due is None, answer, self._clock()))
        if due is None:
            self._planned.discard(notice.notify_id)
        else:
            self._plan_again(key, after)

    def _signed(self, notice: Notice) -> dict[str, str]:
        fields = {
            **notice.fields,
            "notify_id": notice.notify_id,
            "notify_time": beijing.to_text(self._clock()),
            "sign_type": "RSA2",
        }
        return {**fields, "sign": self._key.sign(notice_text(fields), notice.charset)}
