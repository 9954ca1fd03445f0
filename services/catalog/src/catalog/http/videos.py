"""Creators' videos and anchors, the products that they may promote, and the review of anchors' titles."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from catalog.application.promotions import Promotions
from catalog.application.videos import AnchorTitles, Videos
from catalog.domain.video import Video
from catalog.http.access import claim, path_id
from catalog.http.requests import anchor_of, video_of, video_request
from catalog.http.video_answers import own_video, promotable_product, title_review
from contracts.api.common import ChangesQuery, Page
from contracts.api.videos import (
    AnchorContent,
    AnchorTitleReview,
    OwnVideo,
    PromotableProduct,
    PromotableQuery,
    TitleRejection,
    VideoRequest,
    VideosQuery,
)
from runtime.web.bodies import json_response, read_json, read_query
from runtime.web.cursors import id_in, list_of, page_of, read_cursor, write_cursor
from runtime.web.editing import edited_response, expected_version, read_patch
from runtime.web.listing import asked_page, changed_page, cursor_of
from runtime.web.routes import Route, principal_of, roles, scopes
from runtime.web.tokens import CATALOGUE, CREATOR, OPS


class VideoRoutes:
    """Creators reach their own videos only."""

    def __init__(self, videos: Videos, promotions: Promotions) -> None:
        self._videos = videos
        self._promotions = promotions

    def routes(self) -> list[Route]:
        video = "/v1/creator/videos/{video_id}"
        anchor = video + "/anchors/{anchor_id}"
        creators, editors = scopes(CREATOR), roles(CATALOGUE)
        return [
            Route("GET", "/v1/creator/products", self.list_products, creators),
            Route("GET", "/v1/creator/videos", self.list_videos, creators),
            Route("GET", video, self.get_video, creators),
            Route("PUT", video, self.put_video, creators, roles=editors),
            Route("PATCH", video, self.patch_video, creators, roles=editors),
            Route("DELETE", video, self.delete_video, creators, roles=editors),
            Route("PUT", anchor, self.put_anchor, creators, roles=editors),
            Route("DELETE", anchor, self.delete_anchor, creators, roles=editors),
        ]

    async def list_products(self, request: web.Request) -> web.Response:
        """The products that the creator may promote."""
        query = read_query(request, PromotableQuery)
        found = await self._promotions.promotable(
            _creator(request), query.q or "", id_in(list_of(request), query.cursor), query.limit + 1
        )
        shown, next_cursor = page_of(
            found, query.limit, lambda one: write_cursor(list_of(request), one.product.product_id)
        )
        items = [promotable_product(one) for one in shown]
        return json_response(Page[PromotableProduct](items=items, next_cursor=next_cursor))

    async def list_videos(self, request: web.Request) -> web.Response:
        """The creator's videos by id, or by their last change."""
        query = read_query(request, VideosQuery)
        asked = asked_page(request, query.cursor, query.updated_since)
        found = await self._videos.page(_creator(request), asked, query.limit)
        items, next_cursor = found.each(own_video).items, cursor_of(request, found.following)
        return json_response(Page[OwnVideo](items=items, next_cursor=next_cursor))

    async def get_video(self, request: web.Request) -> web.Response:
        """One video."""
        own = await self._videos.get(_creator(request), path_id(request, "video_id"))
        return edited_response(own_video(own), own.video.version)

    async def put_video(self, request: web.Request) -> web.Response:
        """Publish or change a video with its anchors."""
        creator_id, video_id = _creator(request), path_id(request, "video_id")
        wanted = video_of(await read_json(request, VideoRequest), video_id, creator_id)
        own, created = await self._videos.put(wanted, expected_version(request))
        return edited_response(own_video(own), own.video.version, 201 if created else 200)

    async def patch_video(self, request: web.Request) -> web.Response:
        """Change some fields of a video."""
        creator_id, video_id = _creator(request), path_id(request, "video_id")
        patch = await read_patch(request, VideoRequest)

        def edit(video: Video) -> Video:
            wanted = video_of(patch.apply_to(video_request(video)), video_id, creator_id)
            return replace(wanted, version=video.version)

        own = await self._videos.edit(creator_id, video_id, edit, expected_version(request))
        return edited_response(own_video(own), own.video.version)

    async def delete_video(self, request: web.Request) -> web.Response:
        """Show the video no longer."""
        await self._videos.delete(_creator(request), path_id(request, "video_id"), expected_version(request))
        return web.Response(status=204)

    async def put_anchor(self, request: web.Request) -> web.Response:
        """Mount an anchor, or change it."""
        video_id, anchor_id = path_id(request, "video_id"), path_id(request, "anchor_id")
        anchor = anchor_of(await read_json(request, AnchorContent), anchor_id)
        own, created = await self._videos.put_anchor(
            _creator(request), video_id, anchor, expected_version(request)
        )
        return edited_response(own_video(own), own.video.version, 201 if created else 200)

    async def delete_anchor(self, request: web.Request) -> web.Response:
        """Take an anchor off a video."""
        video_id, anchor_id = path_id(request, "video_id"), path_id(request, "anchor_id")
        own = await self._videos.remove_anchor(
            _creator(request), video_id, anchor_id, expected_version(request)
        )
        return edited_response(own_video(own), own.video.version)


class AnchorTitleRoutes:
    """The operators' review of changed titles."""

    def __init__(self, titles: AnchorTitles) -> None:
        self._titles = titles

    def routes(self) -> list[Route]:
        title = "/v1/ops/anchor-titles/{video_id}/{anchor_id}"
        operators, reviewers = scopes(OPS), roles(CATALOGUE)
        return [
            Route("GET", "/v1/ops/anchor-titles", self.list_waiting, operators),
            Route("GET", title, self.get, operators),
            Route("POST", title + "/approval", self.approve, operators, roles=reviewers),
            Route("POST", title + "/rejection", self.reject, operators, roles=reviewers),
        ]

    async def list_waiting(self, request: web.Request) -> web.Response:
        """The titles that wait."""
        query = read_query(request, ChangesQuery)
        if query.updated_since is not None:
            asked = changed_page(request, query.cursor, query.updated_since)
            changed = await self._titles.changed(asked, query.limit)
            reviews = [title_review(video, anchor) for video, anchor in changed.items]
            cursor = cursor_of(request, changed.following)
            return json_response(Page[AnchorTitleReview](items=reviews, next_cursor=cursor))
        position = read_cursor(list_of(request), query.cursor, str, str) if query.cursor is not None else None
        after = (position[0], position[1]) if position is not None else None
        found = await self._titles.waiting(after, query.limit + 1)
        shown, next_cursor = page_of(
            found, query.limit, lambda one: write_cursor(list_of(request), one[0].video_id, one[1].anchor_id)
        )
        items = [title_review(video, anchor) for video, anchor in shown]
        return json_response(Page[AnchorTitleReview](items=items, next_cursor=next_cursor))

    async def get(self, request: web.Request) -> web.Response:
        """One title."""
        video, anchor = await self._titles.get(path_id(request, "video_id"), path_id(request, "anchor_id"))
        return edited_response(title_review(video, anchor), video.version)

    async def approve(self, request: web.Request) -> web.Response:
        """Show the title that waits."""
        video_id, anchor_id = path_id(request, "video_id"), path_id(request, "anchor_id")
        video, anchor = await self._titles.approve(video_id, anchor_id, expected_version(request))
        return edited_response(title_review(video, anchor), video.version)

    async def reject(self, request: web.Request) -> web.Response:
        """Keep the title that viewers see."""
        video_id, anchor_id = path_id(request, "video_id"), path_id(request, "anchor_id")
        reason = (await read_json(request, TitleRejection)).reason
        video, anchor = await self._titles.reject(video_id, anchor_id, reason, expected_version(request))
        return edited_response(title_review(video, anchor), video.version)


def _creator(request: web.Request) -> str:
    return claim(principal_of(request), "creator_id")
