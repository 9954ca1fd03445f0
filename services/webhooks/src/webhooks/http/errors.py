"""How the service's errors are answered."""

from __future__ import annotations

from runtime.web.problems import Problem, ProblemTable, not_found, wrong_fields
from webhooks.domain.errors import (
    DeliveryNotFound,
    MiniProgramNotFound,
    TooManyWebhooks,
    UnknownCursor,
    UrlRefused,
    WebhookDisabled,
    WebhookNotFound,
)
from webhooks.domain.webhook import MAX_WEBHOOKS

_TOO_MANY = f"An owner can have at most {MAX_WEBHOOKS} webhooks. Delete one first."
_DISABLED = "The webhook is disabled. Set `enabled` to true first."
_CURSOR = "The cursor is not one of this feed. Send the next_cursor of the answer before, unchanged."

PROBLEMS: ProblemTable = {
    WebhookNotFound: lambda _: not_found("the webhook"),
    DeliveryNotFound: lambda _: not_found("the delivery"),
    TooManyWebhooks: lambda _: Problem(409, "too_many_webhooks", _TOO_MANY),
    WebhookDisabled: lambda _: Problem(409, "webhook_disabled", _DISABLED),
    UrlRefused: lambda error: wrong_fields([("url", str(error))]),
    MiniProgramNotFound: lambda error: wrong_fields(
        [("mini_program_ids", f"you have no mini program {str(error)[:64]}")]
    ),
    UnknownCursor: lambda _: Problem(422, "invalid_cursor", _CURSOR, errors=[("cursor", _CURSOR)]),
}
