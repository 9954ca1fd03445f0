"""The deliveries of an owner's webhooks, and sending events again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from webhooks.application.owner_webhooks import own
from webhooks.application.ports import AuditLog, Deliveries, Replay, Webhooks
from webhooks.domain.delivery import Delivery
from webhooks.domain.errors import DeliveryNotFound, WebhookDisabled
from webhooks.domain.webhook import Webhook


@dataclass(frozen=True, slots=True)
class OwnerDeliveries:
    """Reads and replays deliveries. Every method may raise WebhookNotFound. `wake` starts the sender of this process."""

    webhooks: Webhooks
    deliveries: Deliveries
    audit: AuditLog
    wake: Callable[[], None]

    async def page(
        self,
        owner_id: str,
        webhook_id: str,
        *,
        status: str | None,
        since: datetime | None,
        before: int | None,
        limit: int,
    ) -> list[Delivery]:
        """At most `limit` deliveries, the newest events first."""
        await self._own(owner_id, webhook_id)
        return await self.deliveries.page(webhook_id, status=status, since=since, before=before, limit=limit)

    async def get(self, owner_id: str, webhook_id: str, delivery_id: str) -> Delivery:
        """Raises DeliveryNotFound."""
        await self._own(owner_id, webhook_id)
        delivery = await self.deliveries.get(webhook_id, delivery_id)
        if delivery is None:
            raise DeliveryNotFound
        return delivery

    async def replay(self, owner_id: str, webhook_id: str, delivery_id: str, key: str | None) -> Delivery:
        """Send this event again, with the same id and bytes. Raises DeliveryNotFound and WebhookDisabled."""
        webhook = await self._enabled(owner_id, webhook_id)
        await self.get(owner_id, webhook_id, delivery_id)
        await self.deliveries.replay(webhook, delivery_id, key)
        await self.audit.note(webhook, replayed=delivery_id)
        self.wake()
        return await self.get(owner_id, webhook_id, delivery_id)

    async def replay_all(self, owner_id: str, webhook_id: str, replay: Replay) -> int:
        """Send the events of a period again; returns how many. Raises WebhookDisabled."""
        webhook = await self._enabled(owner_id, webhook_id)
        await self.audit.note(webhook, replayed_since=replay.since.isoformat())
        queued = await self.deliveries.replay_all(webhook, replay)
        self.wake()
        return queued

    async def _own(self, owner_id: str, webhook_id: str) -> Webhook:
        return own(await self.webhooks.get(webhook_id), owner_id)

    async def _enabled(self, owner_id: str, webhook_id: str) -> Webhook:
        webhook = await self._own(owner_id, webhook_id)
        if not webhook.is_enabled:
            raise WebhookDisabled
        return webhook
