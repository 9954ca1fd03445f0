"""Why something is refused."""

from __future__ import annotations


class WebhookNotFound(Exception):
    """No such webhook, or it is another owner's."""


class DeliveryNotFound(Exception):
    """The webhook has no such delivery."""


class TooManyWebhooks(Exception):
    """The owner has as many webhooks as one may have."""


class UrlRefused(Exception):
    """The URL must not be called; the text says why."""


class MiniProgramNotFound(Exception):
    """The owner has no mini program with this id."""


class WebhookDisabled(Exception):
    """Nothing can be sent to a webhook that is disabled."""


class UnknownCursor(Exception):
    """The feed has not come so far."""


class OwnerUnknown(Exception):
    """The owner of a mini program is not known; the argument names the mini program."""
