"""A creator's videos."""

from __future__ import annotations

from aiohttp import web

from catalog.application.videos import Videos
from catalog.http.access import claim, path_id
from catalog.http.answers import video_view
from catalog.http.requests import video_of
from contracts.api.videos import VideoRequest
from runtime.web.bodies import json_response, read_json
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, CREATOR


class VideoRoutes:
    """Creators reach their own videos only."""

    def __init__(self, videos: Videos) -> None:
        self._videos = videos

    def routes(self) -> list[Route]:
        return [
            Route(
                "PUT",
                "/v1/creator/videos/{video_id}",
                self.put_video,
                scopes(CREATOR),
                roles=roles(CATALOGUE),
            )
        ]

    async def put_video(self, request: web.Request) -> web.Response:
        """Publish or change a video with its anchors."""
        creator_id, video_id = claim(principal_of(request), "creator_id"), path_id(request, "video_id")
        wanted = await read_json(request, VideoRequest)
        video, created = await self._videos.put(video_of(wanted, video_id, creator_id))
        return json_response(video_view(video), 201 if created else 200)
