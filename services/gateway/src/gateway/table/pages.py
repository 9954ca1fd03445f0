"""Calls for the pages that viewers see: entrance, videos, stores, products, search."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page, PageQuery
from contracts.api.mini_programs import MiniProgramCard
from contracts.api.products import ProductPage
from contracts.api.search import (
    InStoreAnswer,
    InStoreQuery,
    ResultClickAnswer,
    ResultClickRequest,
    SearchAnswer,
    SearchQuery,
    SuggestionQuery,
    Suggestions,
)
from contracts.api.stores import StorePage, StoreQuery
from contracts.api.targets import ClickAnswer, ClickRequest
from contracts.api.videos import VideoPage
from gateway.calls import Call
from gateway.faults import EMPTY_PRICE_RANGE, EMPTY_QUERY, INVALID_CURSOR, QUERY_TOO_LONG
from gateway.headers import VIEWER_HEADER
from runtime.web.routes import scopes
from runtime.web.tokens import EVERY_ROLE, HOST, PUBLIC, VIEWER

TAG = "Pages"
HOST_OR_VIEWER = scopes(HOST, VIEWER)
SEARCH_FAULTS = (EMPTY_QUERY, QUERY_TOO_LONG, INVALID_CURSOR)

CALLS = (
    Call(
        method="GET",
        path="/v1/entry/mini-programs",
        name="list_mini_programs",
        summary="List the mini programs of this host's entrance",
        tag=TAG,
        scopes=scopes(HOST),
        service="catalog",
        query=PageQuery,
        answer=Page[MiniProgramCard],
        headers=(VIEWER_HEADER,),
        faults=(INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/search",
        name="search",
        limit="search",
        summary="Search mini programs, accounts and products, in their order of priority",
        tag=TAG,
        scopes=scopes(HOST),
        service="gateway",
        query=SearchQuery,
        answer=SearchAnswer,
        headers=(VIEWER_HEADER,),
        faults=SEARCH_FAULTS,
    ),
    Call(
        method="POST",
        path="/v1/search/clicks",
        name="click_result",
        summary="Tap a search result; answers with the signed click and the page that it leads to",
        tag=TAG,
        scopes=HOST_OR_VIEWER,
        roles=EVERY_ROLE,
        service="gateway",
        body=ResultClickRequest,
        answer=ResultClickAnswer,
        headers=(VIEWER_HEADER,),
    ),
    Call(
        method="GET",
        path="/v1/search/suggestions",
        name="suggest",
        limit="search",
        summary="Suggest completions of a query",
        tag=TAG,
        scopes=scopes(HOST),
        service="search",
        query=SuggestionQuery,
        answer=Suggestions,
        headers=(VIEWER_HEADER,),
        faults=(EMPTY_QUERY, QUERY_TOO_LONG),
    ),
    Call(
        method="GET",
        path="/v1/videos/{video_id}",
        name="read_video",
        summary="Read the playback page of a video with its anchors",
        tag=TAG,
        scopes=scopes(HOST),
        service="catalog",
        answer=VideoPage,
        headers=(VIEWER_HEADER,),
    ),
    Call(
        method="POST",
        path="/v1/videos/{video_id}/anchors/{anchor_id}/clicks",
        name="click_anchor",
        summary="Tap an anchor; answers with the signed click and the product page",
        tag=TAG,
        scopes=scopes(HOST),
        roles=EVERY_ROLE,
        service="gateway",
        body=ClickRequest,
        answer=ClickAnswer,
        success=(HTTPStatus.CREATED,),
    ),
    Call(
        method="GET",
        path="/v1/mini-programs/{mini_program_id}/store",
        name="read_store",
        summary="Read the store page; parts that could not be loaded in time are null and listed in `degraded`",
        tag=TAG,
        scopes=HOST_OR_VIEWER,
        service="catalog",
        query=StoreQuery,
        answer=StorePage,
        headers=(VIEWER_HEADER,),
        faults=(INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/mini-programs/{mini_program_id}/products/{product_id}",
        name="read_product",
        summary="Read the purchase page of a product",
        tag=TAG,
        scopes=HOST_OR_VIEWER,
        service="catalog",
        answer=ProductPage,
        headers=(VIEWER_HEADER,),
    ),
    Call(
        method="GET",
        path="/v1/mini-programs/{mini_program_id}/search",
        name="search_store",
        limit="search",
        summary="Search the products of this mini program",
        tag=TAG,
        scopes=HOST_OR_VIEWER,
        service="gateway",
        query=InStoreQuery,
        answer=InStoreAnswer,
        headers=(VIEWER_HEADER,),
        faults=(*SEARCH_FAULTS, EMPTY_PRICE_RANGE),
    ),
    Call(
        method="GET",
        path="/media/{path:.+}",
        name="read_media",
        summary="Read a picture or video file",
        tag=TAG,
        scopes=PUBLIC,
        service="catalog",
        media=("image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml", "video/mp4"),
        success=(HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED),
        deadline=None,
    ),
)
