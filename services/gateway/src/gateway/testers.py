"""Testers of drafts: the host's user ids become pseudonyms here, and go no further."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from contracts.api.versions import TesterOfHost, TestersOfHosts
from gateway.checks import CheckedRequest
from gateway.proxy import CallHandler
from gateway.upstreams import Upstreams
from gateway.viewers import Viewers


@dataclass(frozen=True, slots=True)
class TesterRoutes:
    """Names an owner's testers to catalog."""

    upstreams: Upstreams
    viewers: Viewers

    def handlers(self) -> dict[str, CallHandler]:
        """By the name of the call."""
        return {"put_testers": self.put}

    async def put(self, request: CheckedRequest) -> web.StreamResponse:
        """Catalog's answer."""
        testers = TestersOfHosts(
            viewers=[
                TesterOfHost(
                    host_id=one.host_id, viewer=self.viewers.pseudonym(one.host_id, one.host_user_id)
                )
                for one in request.model.viewers
            ]
        )
        body = testers.model_dump_json().encode()
        return (await self.upstreams.call("catalog", request.http, body)).response()
