"""Ends the calls of a receiver that does not want them, or has failed for days."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.clock import Clock
from runtime.outbox.changes import Change
from webhooks.application.ports import OwnerEvents, Queues, Webhooks
from webhooks.application.telling import webhook_is_disabled
from webhooks.domain.delivery import Status
from webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True)
class DisableWebhook:
    """Disables a webhook. Its owner is told by the feed and the other webhooks, and replays what was not delivered."""

    webhooks: Webhooks
    queues: Queues
    events: OwnerEvents
    clock: Clock

    async def __call__(self, webhook: Webhook, reason: str) -> None:
        """The owner is told first: a process that ends in between does both again."""

        def decide(stored: Webhook | None) -> Change[Webhook] | None:
            disabled = stored.disabled(reason) if stored is not None else None
            return Change(disabled) if disabled is not None else None

        await self.events.record([webhook_is_disabled(webhook, reason, self.clock())])
        await self.webhooks.change(webhook.webhook_id, decide)
        await self.queues.end(webhook.webhook_id, Status.EXHAUSTED)
