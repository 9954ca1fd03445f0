"""From a tap to a page: who tapped what is signed, told to Kafka, and answered with the product in one call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from contracts.engagement import ShareCodeScanned, Surface, VideoAnchorClicked
from contracts.tokens.clicks import Click
from gateway.checks import Asked
from gateway.engagement import EngagementLog
from gateway.onward import led_on
from gateway.upstreams import Reply, Upstreams
from gateway.viewers import Viewers
from runtime.clock import Clock
from runtime.ids import NewId

NONCE = 16
"""Characters: two taps in one millisecond are still two clicks."""


@dataclass(frozen=True, slots=True)
class Clicks:
    """Taps on anchors, and codes that are scanned or looked at."""

    upstreams: Upstreams
    log: EngagementLog
    viewers: Viewers
    secret: str
    clock: Clock
    new_id: NewId

    async def anchor(self, asked: Asked) -> web.StreamResponse:
        """An anchor on a video is tapped."""
        video_id, anchor_id = asked.path["video_id"], asked.path["anchor_id"]
        found = await self.upstreams.get(
            "catalog", asked.request, f"/v1/videos/{video_id}/anchors/{anchor_id}/target"
        )
        if not found.is_good:
            return found.response()
        target, host_id = found.json(), str(asked.principal.host_id)
        viewer = self.viewers.user(host_id, asked.model.host_user_id)
        origin = {"video_id": video_id, "anchor_id": anchor_id, "creator_id": target["creator_id"]}
        click_id = self.signed("video_anchor", host_id, viewer, target, **origin)
        event = VideoAnchorClicked(
            viewer=viewer, host_id=host_id, mini_program_id=target["mini_program_id"], click_id=click_id,
            product_id=target["product_id"], **origin,
        )  # fmt: skip
        await self.log.keep(event)
        return found.response(orjson.dumps({"click_id": click_id, "target": led_on(target["target"])}), 201)

    async def scan(self, asked: Asked) -> web.StreamResponse:
        """A code is scanned."""
        read = await self.upstreams.call("sharecode", asked.request, asked.body)
        if not read.is_good:
            return read.response()
        code, host_id = read.json(), str(asked.principal.host_id)
        found = await self.product_target(asked, code)
        if not found.is_good:
            return found.response()
        target, viewer = found.json(), self.viewers.known(asked)
        click_id = self.signed(
            "share_code", host_id, viewer, target, share_code=code["code"], sharer=code["sharer"]
        )
        event = ShareCodeScanned(
            viewer=self.viewers.key(viewer), host_id=host_id, mini_program_id=code["mini_program_id"],
            click_id=click_id, code=code["code"], product_id=code["product_id"], sharer=code["sharer"],
        )  # fmt: skip
        await self.log.keep(event)
        answer = {"code": code["code"], "target": led_on(target["target"]), "click_id": click_id}
        return found.response(orjson.dumps(answer))

    async def share_code(self, asked: Asked) -> web.StreamResponse:
        """What a code opens: an owner, who is in no host, sees its counts without the page."""
        read = await self.upstreams.call("sharecode", asked.request)
        if not read.is_good or asked.principal.host_id is None:
            return read.response()
        code = read.json()
        if code["withdrawn"]:
            return read.response()
        found = await self.product_target(asked, code)
        if not found.is_good:
            return found.response()
        return read.response(orjson.dumps(code | {"target": led_on(found.json()["target"])}))

    async def product_target(self, asked: Asked, product: dict[str, Any]) -> Reply:
        """Where a link to a product leads, for the caller's host."""
        path = f"/v1/mini-programs/{product['mini_program_id']}/products/{product['product_id']}/target"
        return await self.upstreams.get("catalog", asked.request, path)

    def signed(
        self, surface: Surface, host_id: str, viewer: str, target: dict[str, Any], **origin: Any
    ) -> str:
        """The `click_id` of a click on a catalog target."""
        click = Click(
            surface=surface, host_id=host_id, viewer=viewer, at=self.clock(), nonce=self.new_id()[:NONCE],
            mini_program_id=target.get("mini_program_id"), product_id=target.get("product_id"),
            terms_version=target.get("terms_version"), **origin,
        )  # fmt: skip
        return click.sign(self.secret)
