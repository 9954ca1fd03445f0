"""A webhook: the URL to which an owner has events sent, and which events."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from webhooks.domain.event_types import EVERY_TYPE
from webhooks.domain.owner_event import OwnerEvent

MAX_WEBHOOKS = 20
"""Of one owner."""
OVERLAP = timedelta(hours=24)
"""How long the old secret also signs, so that a receiver can switch to the new one without a gap."""
GONE = "The receiver answered 410 Gone."
ONLY_FAILURES = "Every delivery of the last five days failed."
BY_OWNER = "The owner disabled it."


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret, `whsec_` and base64. It signs until `ends_at` if another one has replaced it."""

    value: str = field(repr=False)
    ends_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


@dataclass(frozen=True, slots=True)
class Terms:
    """What an owner decides about a webhook. No `mini_program_ids` means all of the owner's."""

    url: str
    events: tuple[str, ...]
    mini_program_ids: tuple[str, ...] | None = None
    enabled: bool = True

    def take(self, event: OwnerEvent) -> bool:
        """Whether the event is of a type and a mini program that the webhook names."""
        if self.mini_program_ids is not None and event.mini_program_id not in self.mini_program_ids:
            return False
        return EVERY_TYPE in self.events or event.type in self.events


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook of an owner. `secrets` are oldest first; all live ones sign. A removed webhook is kept for its deliveries."""

    webhook_id: str
    owner_id: str
    terms: Terms
    secrets: tuple[Secret, ...]
    created_at: datetime
    version: int = 1
    disabled_reason: str | None = None
    removed: bool = False

    @property
    def is_enabled(self) -> bool:
        """Whether events are sent to it."""
        return self.terms.enabled and not self.removed

    def live_secrets(self, now: datetime) -> list[str]:
        """The secrets that sign at this time, the newest first."""
        return [secret.value for secret in reversed(self.secrets) if secret.is_live(now)]

    def old_secret_ends_at(self, now: datetime) -> datetime | None:
        """Until when an older secret also signs; None if only one signs."""
        return next((s.ends_at for s in reversed(self.secrets) if s.ends_at and s.is_live(now)), None)

    def with_terms(self, terms: Terms) -> Webhook | None:
        """The webhook after its owner's edit; None if nothing changes."""
        if terms == self.terms:
            return None
        reason = None if terms.enabled else self.disabled_reason or BY_OWNER
        return replace(self, terms=terms, disabled_reason=reason, version=self.version + 1)

    def with_secret(self, value: str, now: datetime) -> Webhook:
        """The webhook with a new secret. Of the old ones only the newest still signs, for OVERLAP."""
        old = Secret(self.secrets[-1].value, now + OVERLAP)
        return replace(self, secrets=(old, Secret(value)), version=self.version + 1)

    def disabled(self, reason: str) -> Webhook | None:
        """The webhook after it was disabled; None if it was disabled already."""
        if not self.is_enabled:
            return None
        terms = replace(self.terms, enabled=False)
        return replace(self, terms=terms, disabled_reason=reason, version=self.version + 1)

    def ended(self) -> Webhook | None:
        """The webhook after its owner removed it; None if it was removed already."""
        return None if self.removed else replace(self, removed=True, version=self.version + 1)

    def gets(self, event: OwnerEvent) -> bool:
        """Whether this event is sent to it without a replay. Events that were recorded before the webhook was created are not."""
        return self.is_enabled and event.recorded_at >= self.created_at and self.terms.take(event)
