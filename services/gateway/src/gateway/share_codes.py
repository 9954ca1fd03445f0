"""Share codes: sharecode reads the code, catalog says what it opens, and a scan is answered with a signed click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from contracts.engagement import ShareCodeScanned
from gateway.checks import CheckedRequest
from gateway.clicks import ClickSigner
from gateway.engagement import EngagementBuffer
from gateway.fallback import with_fallback
from gateway.proxy import CallHandler
from gateway.table.share_codes import MAX_PICTURE
from gateway.upstreams import Reply, Upstreams
from gateway.viewers import Viewers


@dataclass(frozen=True, slots=True)
class ShareCodeRoutes:
    """Scans of share codes, and what a code opens."""

    upstreams: Upstreams
    engagement: EngagementBuffer
    viewers: Viewers
    clicks: ClickSigner

    def handlers(self) -> dict[str, CallHandler]:
        """By the name of the call."""
        return {"scan": self.scan, "read_share_code": self.read_share_code}

    async def scan(self, request: CheckedRequest) -> web.StreamResponse:
        """Answers with the code, the signed click and the product page."""
        if request.body is None:
            read = await self.upstreams.upload("sharecode", request.http, MAX_PICTURE)
        else:
            read = await self.upstreams.call("sharecode", request.http, request.body)
        if not read.is_success:
            return read.response()
        code, host_id = read.json(), str(request.principal.host_id)
        found = await self._target_of(request, code)
        if not found.is_success:
            return found.response()
        target, viewer = found.json(), self.viewers.known(request)
        click_id = self.clicks.click_id(
            "share_code", host_id, viewer, target, share_code=code["code"], sharer=code["sharer"]
        )
        event = ShareCodeScanned(
            **self.viewers.of_event(viewer), host_id=host_id, mini_program_id=code["mini_program_id"],
            click_id=click_id, code=code["code"], product_id=code["product_id"], sharer=code["sharer"],
        )  # fmt: skip
        await self.engagement.publish(event)
        answer = {"code": code["code"], "target": with_fallback(target["target"]), "click_id": click_id}
        return found.response(orjson.dumps(answer))

    async def read_share_code(self, request: CheckedRequest) -> web.StreamResponse:
        """Answers with what the code opens in the caller's host.

        Owners belong to no host: they get the code without its target, and with its counts.
        """
        read = await self.upstreams.call("sharecode", request.http)
        if not read.is_success or request.principal.host_id is None:
            return read.response()
        code = read.json()
        if code["withdrawn"]:
            return read.response()
        found = await self._target_of(request, code)
        if not found.is_success:
            return found.response()
        return read.response(orjson.dumps(code | {"target": with_fallback(found.json()["target"])}))

    async def _target_of(self, request: CheckedRequest, code: dict[str, Any]) -> Reply:
        return await self.upstreams.product_target(request.http, code["mini_program_id"], code["product_id"])
