"""Verifies webhooks with the reference library of Standard Webhooks: install `anchorage-client[webhooks]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

__all__ = ["WebhookVerificationError", "event_of"]


def event_of(body: bytes, headers: Mapping[str, str], secret: str) -> dict[str, Any]:
    """The event in a delivery: `type`, `timestamp`, `data`. Its `webhook-id` is in the headers; a repeat has the same one.

    `body` is as it was received. Raises WebhookVerificationError if nobody who knows the secret signed it, or long ago.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    event: dict[str, Any] = Webhook(secret).verify(body, lowered)
    return event
