"""Webhooks, deliveries and events as owners see them: field by field, so that no secret is shown by accident."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from contracts.api.webhooks import (
    AttemptView,
    DeliveryDetails,
    DeliveryView,
    OwnerEventView,
    TestResult,
    WebhookRequest,
    WebhookView,
)
from webhooks.application.owner_webhooks import OwnWebhook
from webhooks.domain.delivery import Attempt, Delivery
from webhooks.domain.owner_event import NumberedEvent
from webhooks.domain.webhook import Terms


def webhook_view(own: OwnWebhook, now: datetime) -> WebhookView:
    webhook, terms = own.webhook, own.webhook.terms
    return WebhookView(
        webhook_id=webhook.webhook_id,
        url=terms.url,
        events=list(terms.events),
        mini_program_ids=list(terms.mini_program_ids) if terms.mini_program_ids is not None else None,
        enabled=terms.enabled,
        disabled_reason=webhook.disabled_reason,
        failing_since=own.failing.since,
        failures=own.failing.failures,
        old_secret_ends_at=webhook.old_secret_ends_at(now),
        created_at=webhook.created_at,
        version=webhook.version,
    )


def terms_of(body: WebhookRequest) -> Terms:
    """What a request asks for."""
    programs = body.mini_program_ids
    return Terms(
        body.url, tuple(body.events), tuple(programs) if programs is not None else None, body.enabled
    )


def request_of(terms: Terms) -> WebhookRequest:
    """The request that would ask for these terms; a patch is applied to it."""
    programs = terms.mini_program_ids
    fields: dict[str, Any] = {
        "url": terms.url,
        "events": list(terms.events),
        "mini_program_ids": list(programs) if programs is not None else None,
        "enabled": terms.enabled,
    }
    return WebhookRequest.model_construct(**fields)


def test_result(event_id: str, attempt: Attempt) -> TestResult:
    return TestResult(
        event_id=event_id,
        delivered=attempt.is_success,
        status=attempt.status,
        milliseconds=attempt.milliseconds,
        answer=attempt.answer,
        error=attempt.error,
    )


def delivery_view(delivery: Delivery) -> DeliveryView:
    return DeliveryView(
        delivery_id=delivery.event_id,
        event_id=delivery.event_id,
        type=delivery.type,
        timestamp=delivery.timestamp,
        order_id=delivery.order_id,
        status=delivery.status.value,
        attempts=delivery.made,
        last_attempt=_attempt(delivery.attempts[-1]) if delivery.attempts else None,
        next_attempt_at=delivery.due_at,
    )


def delivery_details(delivery: Delivery) -> DeliveryDetails:
    return DeliveryDetails(
        **dict(delivery_view(delivery)), attempt_log=list(map(_attempt, delivery.attempts))
    )


def event_view(numbered: NumberedEvent) -> OwnerEventView:
    """The same content as the body that webhooks get."""
    event = numbered.event
    return OwnerEventView(event_id=event.event_id, **orjson.loads(event.body))


def _attempt(attempt: Attempt) -> AttemptView:
    return AttemptView(
        at=attempt.at,
        status=attempt.status,
        milliseconds=attempt.milliseconds,
        answer=attempt.answer,
        error=attempt.error,
    )
