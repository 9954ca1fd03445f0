"""What the use cases need from outside; `adapters` implement it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.catalog import MiniProgramState, StockLevelChanged
from runtime.outbox.changes import Change, Decide, Result
from webhooks.domain.delivery import Attempt, Delivery, DueDelivery, Failing
from webhooks.domain.owner_event import NumberedEvent, OwnerEvent
from webhooks.domain.webhook import Webhook


class Webhooks(Protocol):
    """The webhooks of all owners."""

    async def insert(self, new: Sequence[Change[Webhook]]) -> list[bool | Exception]:
        """Store new webhooks."""
        ...

    async def change(self, aggregate_id: str, decide: Decide[Webhook]) -> Result[Webhook]:
        """Store what `decide` makes of the webhook."""
        ...

    async def get(self, aggregate_id: str) -> Webhook | None:
        """The webhook, also a removed one."""
        ...

    async def of_owner(self, owner_id: str) -> list[Webhook]:
        """The owner's webhooks that are not removed, by id."""
        ...


class Owners(Protocol):
    """The owners of mini programs."""

    async def of_programs(self, mini_program_ids: Collection[str]) -> Mapping[str, str]:
        """The owners of these mini programs, as far as they are known."""
        ...

    async def learn(self, events: Sequence[MiniProgramState]) -> None:
        """Bring the projection up to these events; idempotent."""
        ...


class StockLevels(Protocol):
    """Which SKUs were low at their last known level."""

    async def known(self, sku_ids: Collection[str]) -> Mapping[str, tuple[int, bool]]:
        """The version of each SKU's last level, and whether it was low."""
        ...

    async def keep(self, levels: Mapping[str, StockLevelChanged]) -> None:
        """Remember these levels, unless later ones are known; idempotent."""
        ...


class OwnerEvents(Protocol):
    """The events of owners, numbered for each owner."""

    async def record(self, events: Sequence[OwnerEvent]) -> None:
        """Store the events that are new, in this order, with their deliveries to the webhooks that take them: all or none."""
        ...

    async def page(self, owner_id: str, after: int, limit: int) -> list[NumberedEvent]:
        """At most `limit` events of an owner after the one with this sequence number."""
        ...

    async def last(self, owner_ids: Collection[str]) -> Mapping[str, int]:
        """The sequence number of the last event of each owner that has one."""
        ...


@dataclass(frozen=True, slots=True)
class Replay:
    """Which events to send again. Deliveries that were already replayed with this `key` are left alone."""

    since: datetime
    until: datetime | None
    missing: bool
    key: str | None


class Deliveries(Protocol):
    """The deliveries of each webhook, for their owners."""

    async def page(
        self, webhook_id: str, *, status: str | None, since: datetime | None, before: int | None, limit: int
    ) -> list[Delivery]:
        """At most `limit` deliveries, the newest events first, from below the sequence number `before`."""
        ...

    async def get(self, webhook_id: str, event_id: str) -> Delivery | None:
        """One delivery."""
        ...

    async def failing(self, webhook_ids: Collection[str]) -> Mapping[str, Failing]:
        """The failures of these webhooks."""
        ...

    async def replay(self, webhook: Webhook, event_id: str, key: str | None) -> None:
        """Queue this delivery again, unless it is pending or was replayed with this key."""
        ...

    async def replay_all(self, webhook: Webhook, replay: Replay) -> int:
        """Queue the events of a period that the webhook takes, in their order; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """A lease on a webhook: the sole right to send to it. A release compares `changes`, to find whether something was queued since."""

    webhook_id: str
    changes: int
    failing: bool


class Queues(Protocol):
    """The work of the senders: webhooks with deliveries that are due. Each webhook has one sender at a time."""

    async def claim(self, now: datetime, limit: int) -> list[Claimed]:
        """Claim at most `limit` webhooks with something due."""
        ...

    async def renew(self, webhook_ids: Collection[str]) -> set[str]:
        """Renew these claims; returns those that this process still holds."""
        ...

    async def due(
        self, webhook_id: str, now: datetime, limit: int, excluded: Collection[str]
    ) -> list[DueDelivery]:
        """At most `limit` due deliveries, without those of the `excluded` events."""
        ...

    async def release(self, claimed: Claimed, now: datetime) -> Claimed | None:
        """Release the webhook until its next delivery is due. Returns the claim again if something is due or was queued since; None if
        the webhook was released, or another process holds it."""
        ...

    async def succeeded(self, webhook_id: str, event_id: str, attempt: Attempt) -> None:
        """The delivery was delivered; the next one of its order becomes due."""
        ...

    async def failed(
        self, webhook_id: str, event_id: str, attempt: Attempt, due_at: datetime | None
    ) -> Failing:
        """The delivery is due again at `due_at`. None exhausts it, and the next one of its order becomes due. Returns the webhook's
        failures."""
        ...

    async def recovered(self, webhook_id: str) -> None:
        """The webhook is not failing any more."""
        ...

    async def end(self, webhook_id: str, status: str) -> None:
        """All pending deliveries of a webhook end with this status."""
        ...


class AuditLog(Protocol):
    """The audit log, for what an owner does with a webhook without changing it."""

    async def note(self, webhook: Webhook, **done: str) -> None:
        """Record what was done, by names and values."""
        ...


class Receivers(Protocol):
    """The servers of owners."""

    def check(self, url: str) -> None:
        """Raises UrlRefused if the URL's spelling alone shows that it must not be called."""
        ...

    async def post(
        self, url: str, event_id: str, body: bytes, secrets: Sequence[str], at: datetime
    ) -> Attempt:
        """Call a receiver once, signed with each secret. A failure is in the attempt, not raised."""
        ...
