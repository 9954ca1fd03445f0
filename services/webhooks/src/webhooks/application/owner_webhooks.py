"""An owner's webhooks: create, read, edit, remove, new secrets, test events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.ids import NewId
from runtime.outbox.changes import Change
from webhooks.application.composing import MESSAGE, body_of
from webhooks.application.ports import AuditLog, Deliveries, Owners, Queues, Receivers, Webhooks
from webhooks.domain.delivery import Attempt, Failing, Status
from webhooks.domain.errors import MiniProgramNotFound, TooManyWebhooks, WebhookDisabled, WebhookNotFound
from webhooks.domain.event_types import WEBHOOK_TEST
from webhooks.domain.webhook import MAX_WEBHOOKS, Secret, Terms, Webhook


@dataclass(frozen=True, slots=True)
class OwnWebhook:
    """A webhook as its owner sees it, with its failures since its last success."""

    webhook: Webhook
    failing: Failing


@dataclass(frozen=True, slots=True)
class OwnerWebhooks:
    """The webhooks of one owner at a time. Another owner's are not found: every method may raise WebhookNotFound."""

    webhooks: Webhooks
    deliveries: Deliveries
    queues: Queues
    owners: Owners
    receivers: Receivers
    audit: AuditLog
    new_secret: Callable[[], str]
    clock: Clock
    new_id: NewId

    async def create(self, owner_id: str, terms: Terms) -> tuple[OwnWebhook, str]:
        """A new webhook, and its secret. Raises UrlRefused, MiniProgramNotFound, and TooManyWebhooks."""
        await self._check(owner_id, terms)
        if len(await self.webhooks.of_owner(owner_id)) >= MAX_WEBHOOKS:
            raise TooManyWebhooks
        secret = self.new_secret()
        webhook = Webhook(f"wh_{self.new_id()}", owner_id, terms, (Secret(secret),), self.clock())
        (outcome,) = await self.webhooks.insert([Change(webhook)])
        if isinstance(outcome, Exception):
            raise outcome
        return OwnWebhook(webhook, Failing()), secret

    async def list(self, owner_id: str) -> list[OwnWebhook]:
        """All of the owner's webhooks, by id."""
        found = await self.webhooks.of_owner(owner_id)
        failing = await self.deliveries.failing([webhook.webhook_id for webhook in found])
        return [OwnWebhook(webhook, failing.get(webhook.webhook_id, Failing())) for webhook in found]

    async def get(self, owner_id: str, webhook_id: str) -> OwnWebhook:
        """The webhook."""
        webhook = own(await self.webhooks.get(webhook_id), owner_id)
        failing = await self.deliveries.failing([webhook_id])
        return OwnWebhook(webhook, failing.get(webhook_id, Failing()))

    async def edit(
        self, owner_id: str, webhook_id: str, edit: Callable[[Terms], Terms], expected: int | None
    ) -> OwnWebhook:
        """The webhook with the terms that `edit` gives it; pending deliveries go to its new URL.

        With another URL, or enabled again, it counts as one that has not failed yet.

        Raises UrlRefused, MiniProgramNotFound, VersionConflict, and what `edit` raises.
        """
        before = own(await self.webhooks.get(webhook_id), owner_id)
        await self._check(owner_id, edit(before.terms))

        def decide(stored: Webhook | None) -> Change[Webhook] | None:
            present = own(stored, owner_id)
            must_be_version(expected, present.version)
            edited = present.with_terms(edit(present.terms))
            return Change(edited) if edited is not None else None

        edited = own((await self.webhooks.change(webhook_id, decide)).aggregate, owner_id)
        if not edited.is_enabled:
            await self.queues.end(webhook_id, Status.EXHAUSTED)
        elif (edited.terms.url, True) != (before.terms.url, before.is_enabled):
            await self.queues.recovered(webhook_id)
        return await self.get(owner_id, webhook_id)

    async def remove(self, owner_id: str, webhook_id: str, expected: int | None) -> None:
        """Nothing more is sent to it. Raises VersionConflict."""

        def decide(stored: Webhook | None) -> Change[Webhook] | None:
            present = own(stored, owner_id)
            must_be_version(expected, present.version)
            removed = present.ended()
            return Change(removed) if removed is not None else None

        await self.webhooks.change(webhook_id, decide)
        await self.queues.end(webhook_id, Status.CANCELLED)

    async def renew_secret(self, owner_id: str, webhook_id: str) -> tuple[str, datetime]:
        """A new secret, and until when the old one also signs."""
        secret, now = self.new_secret(), self.clock()

        def decide(stored: Webhook | None) -> Change[Webhook] | None:
            return Change(own(stored, owner_id).with_secret(secret, now))

        renewed = own((await self.webhooks.change(webhook_id, decide)).aggregate, owner_id)
        return secret, renewed.old_secret_ends_at(now) or now

    async def test(self, owner_id: str, webhook_id: str) -> tuple[str, Attempt]:
        """Call the receiver with a test event at once; returns the event's id and the attempt. Raises WebhookDisabled."""
        webhook, now = own(await self.webhooks.get(webhook_id), owner_id), self.clock()
        if not webhook.is_enabled:
            raise WebhookDisabled
        event_id = f"{MESSAGE}test_{self.new_id()}"
        body = body_of(WEBHOOK_TEST, now, {"webhook_id": webhook_id})
        attempt = await self.receivers.post(webhook.terms.url, event_id, body, webhook.live_secrets(now), now)
        await self.audit.note(webhook, tested=event_id)
        return event_id, attempt

    async def _check(self, owner_id: str, terms: Terms) -> None:
        self.receivers.check(terms.url)
        wanted = terms.mini_program_ids or ()
        owners = await self.owners.of_programs(wanted)
        for mini_program_id in wanted:
            if owners.get(mini_program_id) != owner_id:
                raise MiniProgramNotFound(mini_program_id)


def own(webhook: Webhook | None, owner_id: str) -> Webhook:
    """Raises WebhookNotFound unless it is the owner's."""
    if webhook is None or webhook.removed or webhook.owner_id != owner_id:
        raise WebhookNotFound
    return webhook
