"""Whether a webhook call comes from Anchorage (Standard Webhooks)."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Mapping

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def is_genuine(secrets: Iterable[str], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether one of the secrets signed this body within the last five minutes.

    The library raises other errors than its own for malformed headers, and for a body that is not UTF-8 JSON.
    """
    named = {name: headers[name] for name in HEADERS if name in headers}
    for secret in secrets:
        try:
            Webhook(secret).verify(body, named)
        except (WebhookVerificationError, ValueError, binascii.Error):
            continue
        return True
    return False
