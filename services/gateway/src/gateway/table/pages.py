"""What viewers see: entrance, videos, stores, products, search."""

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
from gateway.faults import BAD_CURSOR, EMPTY_PRICE_RANGE, EMPTY_QUERY, INVALID_CURSOR, QUERY_TOO_LONG
from gateway.headers import VIEWER as WHO_LOOKS
from runtime.web.routes import scopes
from runtime.web.tokens import HOST, PUBLIC, VIEWER

TAG = "Pages"
ANYBODY = scopes(HOST, VIEWER)
SEARCH_FAULTS = (EMPTY_QUERY, QUERY_TOO_LONG, BAD_CURSOR)

CALLS = (
    Call(
        method="GET",
        path="/v1/entry/mini-programs",
        name="list_mini_programs",
        summary="The entrance: mini programs published to this host",
        tag=TAG,
        scopes=scopes(HOST),
        service="catalog",
        query=PageQuery,
        answer=Page[MiniProgramCard],
        headers=(WHO_LOOKS,),
        faults=(INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/search",
        name="search",
        summary="The search column: mini programs, accounts and products in their order of priority",
        tag=TAG,
        scopes=scopes(HOST),
        service="gateway",
        query=SearchQuery,
        answer=SearchAnswer,
        headers=(WHO_LOOKS,),
        faults=SEARCH_FAULTS,
    ),
    Call(
        method="POST",
        path="/v1/search/clicks",
        name="click_result",
        summary="A search result is taken, in the column or inside a store: the signed click, and where it leads",
        tag=TAG,
        scopes=ANYBODY,
        service="gateway",
        body=ResultClickRequest,
        answer=ResultClickAnswer,
        headers=(WHO_LOOKS,),
    ),
    Call(
        method="GET",
        path="/v1/search/suggestions",
        name="suggest",
        summary="Ways to go on typing",
        tag=TAG,
        scopes=scopes(HOST),
        service="search",
        query=SuggestionQuery,
        answer=Suggestions,
        headers=(WHO_LOOKS,),
        faults=(EMPTY_QUERY, QUERY_TOO_LONG),
    ),
    Call(
        method="GET",
        path="/v1/videos/{video_id}",
        name="read_video",
        summary="The playback page of a video with its anchors",
        tag=TAG,
        scopes=scopes(HOST),
        service="catalog",
        answer=VideoPage,
        headers=(WHO_LOOKS,),
    ),
    Call(
        method="POST",
        path="/v1/videos/{video_id}/anchors/{anchor_id}/clicks",
        name="click_anchor",
        summary="An anchor is tapped: the signed click, and the product's purchase page",
        tag=TAG,
        scopes=scopes(HOST),
        service="gateway",
        body=ClickRequest,
        answer=ClickAnswer,
        success=(HTTPStatus.CREATED,),
    ),
    Call(
        method="GET",
        path="/v1/mini-programs/{mini_program_id}/store",
        name="read_store",
        summary="The store page; parts that could not be had in time are null and named in `degraded`",
        tag=TAG,
        scopes=ANYBODY,
        service="catalog",
        query=StoreQuery,
        answer=StorePage,
        headers=(WHO_LOOKS,),
        faults=(INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/mini-programs/{mini_program_id}/products/{product_id}",
        name="read_product",
        summary="The purchase page of a product",
        tag=TAG,
        scopes=ANYBODY,
        service="catalog",
        answer=ProductPage,
        headers=(WHO_LOOKS,),
    ),
    Call(
        method="GET",
        path="/v1/mini-programs/{mini_program_id}/search",
        name="search_store",
        summary="Products of this mini program only",
        tag=TAG,
        scopes=ANYBODY,
        service="gateway",
        query=InStoreQuery,
        answer=InStoreAnswer,
        headers=(WHO_LOOKS,),
        faults=(*SEARCH_FAULTS, EMPTY_PRICE_RANGE),
    ),
    Call(
        method="GET",
        path="/media/{path:.+}",
        name="read_media",
        summary="A picture",
        tag=TAG,
        scopes=PUBLIC,
        service="catalog",
        media=("image/png", "image/jpeg", "image/webp", "image/gif", "image/svg+xml", "video/mp4"),
        success=(HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT, HTTPStatus.NOT_MODIFIED),
    ),
)
