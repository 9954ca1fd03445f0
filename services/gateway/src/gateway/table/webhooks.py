"""Calls for owners' webhooks, and the feed of their events."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.webhooks import (
    MAX_WAIT_SECONDS,
    DeliveriesQuery,
    DeliveryDetails,
    DeliveryView,
    EventsPage,
    EventsQuery,
    NewWebhook,
    NewWebhookSecret,
    ReplayAnswer,
    ReplayRequest,
    TestResult,
    WebhookPatch,
    WebhookRequest,
    WebhookView,
)
from gateway.calls import LONG_SECONDS, WAITING_SECONDS, Call
from gateway.faults import CONFLICT, INVALID_CURSOR, TOO_MANY_WEBHOOKS, WEBHOOK_DISABLED
from gateway.headers import OPTIONAL_IDEMPOTENCY_HEADER, VERSION_HEADER
from runtime.web.editing import PATCH_TYPES
from runtime.web.routes import DEADLINE_SECONDS, scopes
from runtime.web.tokens import OWNER

TAG = "Webhooks"
WEBHOOKS = "/v1/owner/webhooks"
WEBHOOK = f"{WEBHOOKS}/{{webhook_id}}"
DELIVERIES = f"{WEBHOOK}/deliveries"
DELIVERY = f"{DELIVERIES}/{{delivery_id}}"

CALLS = (
    Call(
        method="GET",
        path=WEBHOOKS,
        name="list_webhooks",
        summary="List the owner's webhooks",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        answer=Page[WebhookView],
    ),
    Call(
        method="POST",
        path=WEBHOOKS,
        name="create_webhook",
        summary="Create a webhook; the signing secret is shown this once",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        body=WebhookRequest,
        answer=NewWebhook,
        success=(HTTPStatus.CREATED,),
        faults=(TOO_MANY_WEBHOOKS,),
    ),
    Call(
        method="GET",
        path=WEBHOOK,
        name="read_webhook",
        summary="Read a webhook, and whether it fails",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        answer=WebhookView,
    ),
    Call(
        method="PATCH",
        path=WEBHOOK,
        name="patch_webhook",
        summary="Change some fields of a webhook (RFC 7396); pending deliveries go to the new URL",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        raw=tuple((media, WebhookPatch) for media in PATCH_TYPES),
        headers=(VERSION_HEADER,),
        answer=WebhookView,
        faults=(CONFLICT,),
    ),
    Call(
        method="DELETE",
        path=WEBHOOK,
        name="delete_webhook",
        summary="Delete a webhook; what is pending is not sent",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        headers=(VERSION_HEADER,),
        success=(HTTPStatus.NO_CONTENT,),
        faults=(CONFLICT,),
    ),
    Call(
        method="POST",
        path=f"{WEBHOOK}/secrets",
        name="renew_webhook_secret",
        summary="Make a new signing secret; the one before also signs for 24 hours",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        answer=NewWebhookSecret,
        success=(HTTPStatus.CREATED,),
        faults=(CONFLICT,),
    ),
    Call(
        method="POST",
        path=f"{WEBHOOK}/test",
        name="test_webhook",
        summary="Send a test event now, and read what the receiver answered",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        answer=TestResult,
        deadline=WAITING_SECONDS,
        faults=(WEBHOOK_DISABLED,),
    ),
    Call(
        method="GET",
        path=DELIVERIES,
        name="list_webhook_deliveries",
        summary="List the deliveries of a webhook, the newest events first",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        query=DeliveriesQuery,
        answer=Page[DeliveryView],
        faults=(INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=DELIVERY,
        name="read_webhook_delivery",
        summary="Read a delivery with its last attempts",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        answer=DeliveryDetails,
    ),
    Call(
        method="POST",
        path=f"{DELIVERY}/replay",
        name="replay_webhook_delivery",
        summary="Send an event again, with the same id and bytes",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        headers=(OPTIONAL_IDEMPOTENCY_HEADER,),
        answer=DeliveryDetails,
        success=(HTTPStatus.ACCEPTED,),
        faults=(WEBHOOK_DISABLED,),
    ),
    Call(
        method="POST",
        path=f"{WEBHOOK}/replay",
        name="replay_webhook",
        limit="bulk",
        summary="Send the events of a time again, or those of them that were never delivered",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        headers=(OPTIONAL_IDEMPOTENCY_HEADER,),
        body=ReplayRequest,
        answer=ReplayAnswer,
        success=(HTTPStatus.ACCEPTED,),
        deadline=LONG_SECONDS,
        faults=(WEBHOOK_DISABLED,),
    ),
    Call(
        method="GET",
        path="/v1/owner/events",
        name="read_owner_events",
        summary="Read the owner's events in order, from a cursor on; can wait for the next",
        tag=TAG,
        scopes=scopes(OWNER),
        service="webhooks",
        query=EventsQuery,
        answer=EventsPage,
        deadline=MAX_WAIT_SECONDS + DEADLINE_SECONDS,
        faults=(INVALID_CURSOR,),
    ),
)
