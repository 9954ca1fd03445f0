"""Calls of creators about videos, of owners about who may promote, and of operators about anchors' titles."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import ChangesQuery, Page
from contracts.api.videos import (
    AnchorContent,
    AnchorTitleReview,
    OwnVideo,
    PromotableProduct,
    PromotableQuery,
    PromotionRequest,
    PromotionView,
    TitleRejection,
    VideoPatch,
    VideoRequest,
    VideosQuery,
)
from gateway import faults
from gateway.calls import Call
from gateway.headers import VERSION_HEADER
from runtime.web.editing import PATCH_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, CREATOR, OPS, OWNER

TAG = "Creators"
OWNERS = "Owners"
OPERATORS = "Operators"
VIDEOS = "/v1/creator/videos"
VIDEO = f"{VIDEOS}/{{video_id}}"
ANCHOR = f"{VIDEO}/anchors/{{anchor_id}}"
PROMOTION = "/v1/owner/mini-programs/{mini_program_id}/promotion"
TITLES = "/v1/ops/anchor-titles"
TITLE = f"{TITLES}/{{video_id}}/{{anchor_id}}"
CREATORS_ONLY, EDITORS = scopes(CREATOR), roles(CATALOGUE)
OK_OR_CREATED = (HTTPStatus.OK, HTTPStatus.CREATED)

CALLS = (
    Call(
        method="GET",
        path="/v1/creator/products",
        name="list_promotable_products",
        summary="List the products that the creator may promote, with their commission",
        tag=TAG,
        scopes=CREATORS_ONLY,
        service="catalog",
        query=PromotableQuery,
        answer=Page[PromotableProduct],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=VIDEOS,
        name="list_own_videos",
        summary="List the creator's videos by id",
        tag=TAG,
        scopes=CREATORS_ONLY,
        service="catalog",
        query=VideosQuery,
        answer=Page[OwnVideo],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=VIDEO,
        name="read_own_video",
        summary="Read a video as its creator sees it",
        tag=TAG,
        scopes=CREATORS_ONLY,
        service="catalog",
        answer=OwnVideo,
    ),
    Call(
        method="PUT",
        path=VIDEO,
        name="put_video",
        summary="Create or replace a video with its anchors",
        tag=TAG,
        scopes=CREATORS_ONLY,
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        body=VideoRequest,
        answer=OwnVideo,
        success=OK_OR_CREATED,
        faults=(
            faults.CONTENT_REFUSED,
            faults.CONTENT_WAITS,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="PATCH",
        path=VIDEO,
        name="patch_video",
        summary="Change some fields of a video (RFC 7396)",
        tag=TAG,
        scopes=CREATORS_ONLY,
        roles=EDITORS,
        service="catalog",
        raw=tuple((media, VideoPatch) for media in PATCH_TYPES),
        headers=(VERSION_HEADER,),
        answer=OwnVideo,
        faults=(
            faults.CONTENT_REFUSED,
            faults.CONTENT_WAITS,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="DELETE",
        path=VIDEO,
        name="delete_video",
        summary="Show a video no longer",
        tag=TAG,
        scopes=CREATORS_ONLY,
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        success=(HTTPStatus.NO_CONTENT,),
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="PUT",
        path=ANCHOR,
        name="put_anchor",
        summary="Mount an anchor on a video, or change it",
        tag=TAG,
        scopes=CREATORS_ONLY,
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        body=AnchorContent,
        answer=OwnVideo,
        success=OK_OR_CREATED,
        faults=(
            faults.CONTENT_REFUSED,
            faults.CONTENT_WAITS,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="DELETE",
        path=ANCHOR,
        name="delete_anchor",
        summary="Take an anchor off a video",
        tag=TAG,
        scopes=CREATORS_ONLY,
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        answer=OwnVideo,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="GET",
        path=PROMOTION,
        name="read_promotion",
        summary="Read who may promote a mini program's products",
        tag=OWNERS,
        scopes=scopes(OWNER, OPS),
        service="catalog",
        answer=PromotionView,
    ),
    Call(
        method="PUT",
        path=PROMOTION,
        name="put_promotion",
        summary="Say who may promote a mini program's products",
        tag=OWNERS,
        scopes=scopes(OWNER, OPS),
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        body=PromotionRequest,
        answer=PromotionView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="GET",
        path=TITLES,
        name="list_waiting_titles",
        summary="List the changed titles of anchors that wait for review",
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="catalog",
        query=ChangesQuery,
        answer=Page[AnchorTitleReview],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=TITLE,
        name="read_title",
        summary="Read an anchor's title, and the one that waits",
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="catalog",
        answer=AnchorTitleReview,
    ),
    Call(
        method="POST",
        path=f"{TITLE}/approval",
        name="approve_title",
        summary="Show viewers the changed title of an anchor",
        tag=OPERATORS,
        scopes=scopes(OPS),
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        answer=AnchorTitleReview,
        faults=(faults.WRONG_STATE, faults.CONFLICT),
    ),
    Call(
        method="POST",
        path=f"{TITLE}/rejection",
        name="reject_title",
        summary="Keep the title that viewers see, with a reason for the creator",
        tag=OPERATORS,
        scopes=scopes(OPS),
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        body=TitleRejection,
        answer=AnchorTitleReview,
        faults=(faults.WRONG_STATE, faults.CONFLICT),
    ),
)
