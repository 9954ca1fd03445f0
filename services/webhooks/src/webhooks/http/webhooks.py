"""An owner's webhooks."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.common import Page
from contracts.api.webhooks import NewWebhook, NewWebhookSecret, WebhookRequest, WebhookView
from runtime.clock import Clock
from runtime.web.bodies import json_response, read_json
from runtime.web.editing import edited_response, expected_version, read_patch
from runtime.web.routes import Route, scopes
from runtime.web.tokens import OWNER
from webhooks.application.owner_webhooks import OwnerWebhooks, OwnWebhook
from webhooks.domain.webhook import Terms
from webhooks.http.callers import owner_of
from webhooks.http.views import request_of, terms_of, test_result, webhook_view

TEST_SECONDS = 20.0
"""Deadline of a test event: as long as a receiver has, and its work."""


@dataclass(frozen=True, slots=True)
class WebhookRoutes:
    """Create, read, edit and remove webhooks; new secrets; test events."""

    webhooks: OwnerWebhooks
    clock: Clock

    def routes(self) -> list[Route]:
        """The routes with their scope."""
        all_of_them, owner = "/v1/owner/webhooks", scopes(OWNER)
        one = f"{all_of_them}/{{webhook_id}}"
        return [
            Route("GET", all_of_them, self.list_webhooks, owner),
            Route("POST", all_of_them, self.create, owner),
            Route("GET", one, self.read, owner),
            Route("PATCH", one, self.edit, owner),
            Route("DELETE", one, self.remove, owner),
            Route("POST", f"{one}/secrets", self.renew_secret, owner),
            Route("POST", f"{one}/test", self.test, owner, deadline=TEST_SECONDS),
        ]

    async def list_webhooks(self, request: web.Request) -> web.Response:
        """All of them: there are few."""
        found = await self.webhooks.list(owner_of(request))
        return json_response(Page[WebhookView](items=[self._view(own) for own in found]))

    async def create(self, request: web.Request) -> web.Response:
        """A new webhook, with its secret."""
        body = await read_json(request, WebhookRequest)
        own, secret = await self.webhooks.create(owner_of(request), terms_of(body))
        return edited_response(NewWebhook(**dict(self._view(own)), secret=secret), own.webhook.version, 201)

    async def read(self, request: web.Request) -> web.Response:
        """One webhook."""
        return self._edited(await self.webhooks.get(*_named(request)))

    async def edit(self, request: web.Request) -> web.Response:
        """A merge patch of what created it."""
        patch = await read_patch(request, WebhookRequest)

        def edit(terms: Terms) -> Terms:
            return terms_of(patch.apply_to(request_of(terms)))

        return self._edited(await self.webhooks.edit(*_named(request), edit, expected_version(request)))

    async def remove(self, request: web.Request) -> web.Response:
        """Nothing more is sent to it."""
        await self.webhooks.remove(*_named(request), expected_version(request))
        return web.Response(status=204)

    async def renew_secret(self, request: web.Request) -> web.Response:
        """A new secret; the one before also signs for a day."""
        owner_id, webhook_id = _named(request)
        secret, old_ends_at = await self.webhooks.renew_secret(owner_id, webhook_id)
        view = NewWebhookSecret(webhook_id=webhook_id, secret=secret, old_secret_ends_at=old_ends_at)
        return json_response(view, 201)

    async def test(self, request: web.Request) -> web.Response:
        """Send a test event now, and answer its attempt."""
        return json_response(test_result(*await self.webhooks.test(*_named(request))))

    def _view(self, own: OwnWebhook) -> WebhookView:
        return webhook_view(own, self.clock())

    def _edited(self, own: OwnWebhook) -> web.Response:
        return edited_response(self._view(own), own.webhook.version)


def _named(request: web.Request) -> tuple[str, str]:
    return owner_of(request), request.match_info["webhook_id"]
