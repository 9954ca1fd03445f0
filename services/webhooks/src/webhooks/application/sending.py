"""Sends deliveries that are due. Each webhook has one sender and few calls at a time, so one that hangs delays no other webhook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from runtime.clock import Clock
from runtime.errors import is_unavailable, redacted
from runtime.metrics import DELAYS, Counter, Histogram
from webhooks.application.disabling import DisableWebhook
from webhooks.application.ports import Claimed, Queues, Receivers, Webhooks
from webhooks.domain.delivery import DueDelivery, Status, next_due
from webhooks.domain.webhook import GONE, ONLY_FAILURES, Webhook

log = logging.getLogger(__name__)

attempts_made = Counter(
    "anchorage.webhooks.attempts", "{attempt}",
    "calls of receivers by result: delivered, failed (tried again), or exhausted (not tried again)", ("anchorage.result",),
)  # fmt: skip
first_attempt_delay = Histogram(
    "anchorage.webhooks.delay", "s", "from an event to the first call of a receiver", bounds=DELAYS
)

POLL_INTERVAL_SECONDS = 0.25
"""How often the database is asked for deliveries that became due, or that another replica queued."""
PLACES = 8
"""Calls of one receiver at a time."""
MAX_WEBHOOKS_AT_ONCE = 400
"""Webhooks that one replica sends to at a time; with PLACES it bounds its open calls."""
RENEW_SECONDS = 5.0
POLL_WHILE_SENDING_SECONDS = 1.0
"""How often the database is asked for more deliveries of a webhook while calls to it are under way."""


class Sender:
    """Claims webhooks with something due, and sends to each until nothing is due. `jitter` gives numbers from 0 to 1."""

    def __init__(
        self,
        queues: Queues,
        webhooks: Webhooks,
        receivers: Receivers,
        disable: DisableWebhook,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._queues = queues
        self._webhooks = webhooks
        self._receivers = receivers
        self._disable = disable
        self._clock = clock
        self._jitter = jitter
        self._woken = asyncio.Event()
        self._running: dict[str, asyncio.Task[None]] = {}

    def wake(self) -> None:
        """Something was queued."""
        self._woken.set()

    async def run(self) -> None:
        """Send as long as the service runs. Calls that a stop interrupts are made again after the restart."""
        try:
            while True:
                self._woken.clear()
                await self._start_claimed()
                try:
                    async with asyncio.timeout(POLL_INTERVAL_SECONDS):
                        await self._woken.wait()
                except TimeoutError:
                    pass
        finally:
            tasks = list(self._running.values())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _start_claimed(self) -> None:
        free = MAX_WEBHOOKS_AT_ONCE - len(self._running)
        if free <= 0:
            return
        for claimed in await self._queues.claim(self._clock(), free):
            if claimed.webhook_id not in self._running:
                task = asyncio.create_task(self._send_all(claimed))
                self._running[claimed.webhook_id] = task
                task.add_done_callback(partial(self._ended, claimed.webhook_id))

    def _ended(self, webhook_id: str, _: asyncio.Task[None]) -> None:
        self._running.pop(webhook_id, None)

    async def keep_claims(self) -> None:
        """Renew claims while calls are under way, as long as the service runs. A webhook whose claim was lost is left to its new
        sender."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if not self._running:
                continue
            try:
                kept = await self._queues.renew(list(self._running))
            except Exception as error:
                if not is_unavailable(error):
                    raise
                continue  # claims outlast some missed renewals
            for webhook_id, task in list(self._running.items()):
                if webhook_id not in kept:
                    task.cancel()

    async def _send_all(self, claimed: Claimed) -> None:
        """Send until nothing is due. If the database is unavailable, the claim expires, and the deliveries are sent again."""
        under_way: dict[asyncio.Task[None], str] = {}
        try:
            await self._drain(claimed, under_way)
        except Exception as error:
            if not is_unavailable(error):
                log.exception("sending to a webhook failed", extra={"webhook": claimed.webhook_id})
            else:
                log.warning("sending to a webhook waits: %s", redacted(error))
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _drain(self, claimed: Claimed, under_way: dict[asyncio.Task[None], str]) -> None:
        webhook_id = claimed.webhook_id
        while True:
            webhook = await self._webhooks.get(webhook_id)
            if webhook is None or not webhook.is_enabled:
                await self._queues.end(
                    webhook_id, Status.CANCELLED if webhook is None or webhook.removed else Status.EXHAUSTED
                )
            elif len(under_way) < PLACES:
                for due in await self._queues.due(
                    webhook_id, self._clock(), PLACES - len(under_way), list(under_way.values())
                ):
                    task = asyncio.create_task(self._send(webhook, due, claimed.failing))
                    under_way[task] = due.event.event_id
            if not under_way:
                following = await self._queues.release(claimed, self._clock())
                if following is None:
                    return
                claimed = following
                continue
            done, _ = await asyncio.wait(
                under_way, timeout=POLL_WHILE_SENDING_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                del under_way[task]
                task.result()

    async def _send(self, webhook: Webhook, due: DueDelivery, was_failing: bool) -> None:
        now, event = self._clock(), due.event
        if due.is_first_ever:
            first_attempt_delay.record((now - event.timestamp).total_seconds())
        attempt = await self._receivers.post(
            webhook.terms.url, event.event_id, event.body, webhook.live_secrets(now), now
        )
        if attempt.is_success:
            attempts_made.add(1, "delivered")
            await self._queues.succeeded(webhook.webhook_id, event.event_id, attempt)
            if was_failing:
                await self._queues.recovered(webhook.webhook_id)
            return
        due_at = next_due(attempt, due.tries + 1, self._jitter())
        attempts_made.add(1, "failed" if due_at is not None else "exhausted")
        failing = await self._queues.failed(webhook.webhook_id, event.event_id, attempt, due_at)
        if attempt.says_gone:
            await self._disable(webhook, GONE)
        elif failing.is_hopeless(self._clock()):
            await self._disable(webhook, ONLY_FAILURES)
