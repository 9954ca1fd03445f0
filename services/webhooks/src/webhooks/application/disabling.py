"""Disables webhooks whose receivers want no more events, or have failed for days."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.clock import Clock
from runtime.outbox.changes import Change
from webhooks.application.composing import webhook_is_disabled
from webhooks.application.ports import OwnerEvents, Queues, Webhooks
from webhooks.domain.delivery import Status
from webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True)
class DisableWebhook:
    """Disables a webhook. Its owner is notified by the feed and by other webhooks, and can replay what was not delivered."""

    webhooks: Webhooks
    queues: Queues
    events: OwnerEvents
    clock: Clock

    async def __call__(self, webhook: Webhook, reason: str) -> None:
        """Record the owner's event, then disable the webhook. If the process ends in between, the next failure does both again."""

        def decide(stored: Webhook | None) -> Change[Webhook] | None:
            disabled = stored.disabled(reason) if stored is not None else None
            return Change(disabled) if disabled is not None else None

        await self.events.record([webhook_is_disabled(webhook, reason, self.clock())])
        await self.webhooks.change(webhook.webhook_id, decide)
        await self.queues.end(webhook.webhook_id, Status.EXHAUSTED)
