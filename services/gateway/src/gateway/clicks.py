"""Taps on anchors, and the signing of every click: which viewer came from where to which product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from contracts.engagement import Surface, VideoAnchorClicked
from contracts.tokens.clicks import Click
from gateway.checks import CheckedRequest
from gateway.engagement import EngagementBuffer
from gateway.fallback import with_fallback
from gateway.proxy import CallHandler
from gateway.upstreams import Upstreams
from gateway.viewers import Viewers
from runtime.clock import Clock
from runtime.ids import NewId

NONCE_LENGTH = 16
"""Characters. Keeps two taps in the same millisecond apart."""


@dataclass(frozen=True, slots=True)
class ClickSigner:
    """Makes click ids."""

    secret: str
    clock: Clock
    new_id: NewId

    def click_id(
        self, surface: Surface, host_id: str, viewer: str, target: dict[str, Any], **origin: Any
    ) -> str:
        """The signed click on a `target` as catalog describes it; `origin` are further fields of Click."""
        click = Click(
            surface=surface, host_id=host_id, viewer=viewer, at=self.clock(), nonce=self.new_id()[:NONCE_LENGTH],
            mini_program_id=target.get("mini_program_id"), product_id=target.get("product_id"),
            terms_version=target.get("terms_version"), **origin,
        )  # fmt: skip
        return click.sign(self.secret)


@dataclass(frozen=True, slots=True)
class AnchorRoutes:
    """Taps on the anchors of videos."""

    upstreams: Upstreams
    engagement: EngagementBuffer
    viewers: Viewers
    clicks: ClickSigner

    def handlers(self) -> dict[str, CallHandler]:
        """By the name of the call."""
        return {"click_anchor": self.click_anchor}

    async def click_anchor(self, request: CheckedRequest) -> web.StreamResponse:
        """Answers with the signed click and the product page."""
        video_id, anchor_id = request.path["video_id"], request.path["anchor_id"]
        found = await self.upstreams.get(
            "catalog", request.http, f"/v1/videos/{video_id}/anchors/{anchor_id}/target"
        )
        if not found.is_success:
            return found.response()
        target, host_id = found.json(), str(request.principal.host_id)
        viewer = self.viewers.pseudonym(host_id, request.model.host_user_id)
        origin = {"video_id": video_id, "anchor_id": anchor_id, "creator_id": target["creator_id"]}
        click_id = self.clicks.click_id("video_anchor", host_id, viewer, target, **origin)
        event = VideoAnchorClicked(
            **self.viewers.of_event(viewer), host_id=host_id, mini_program_id=target["mini_program_id"], click_id=click_id,
            product_id=target["product_id"], **origin,
        )  # fmt: skip
        await self.engagement.publish(event)
        answer = {"click_id": click_id, "target": with_fallback(target["target"])}
        return found.response(orjson.dumps(answer), 201)
