"""Calls for owners about their products, and for operators about search."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.products import (
    ProductPatch,
    ProductRequest,
    ProductsQuery,
    ProductView,
)
from gateway import faults
from gateway.calls import Call
from gateway.headers import VERSION_HEADER
from gateway.schemas import SearchRebuild
from runtime.web.editing import PATCH_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER

TAG = "Owners"
OPERATORS = "Operators"
MINI_PROGRAMS = "/v1/owner/mini-programs"
PROGRAM = f"{MINI_PROGRAMS}/{{mini_program_id}}"
PRODUCTS = f"{PROGRAM}/products"
PRODUCT = f"{PRODUCTS}/{{product_id}}"
OWNER_OR_OPERATOR = scopes(OWNER, OPS)
OK_OR_CREATED = (HTTPStatus.OK, HTTPStatus.CREATED)

CALLS = (
    Call(
        method="GET",
        path=PRODUCTS,
        name="list_own_products",
        summary="List a mini program's products by id",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        query=ProductsQuery,
        answer=Page[ProductView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=PRODUCT,
        name="read_own_product",
        summary="Read a product as its owner sees it",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        answer=ProductView,
    ),
    Call(
        method="PATCH",
        path=PRODUCT,
        name="patch_product",
        summary="Change some fields of a product (RFC 7396)",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=roles(CATALOGUE),
        service="catalog",
        raw=tuple((media, ProductPatch) for media in PATCH_TYPES),
        headers=(VERSION_HEADER,),
        answer=ProductView,
        faults=(
            faults.NOT_YOUR_FIELD,
            faults.SKU_TAKEN,
            faults.CONTENT_REFUSED,
            faults.CONTENT_WAITS,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="PUT",
        path=PRODUCT,
        name="put_product",
        summary="Create or replace a product",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=roles(CATALOGUE),
        service="catalog",
        headers=(VERSION_HEADER,),
        body=ProductRequest,
        answer=ProductView,
        success=OK_OR_CREATED,
        faults=(
            faults.NOT_YOUR_FIELD,
            faults.PRODUCT_ID_TAKEN,
            faults.SKU_TAKEN,
            faults.CONTENT_REFUSED,
            faults.CONTENT_WAITS,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="DELETE",
        path=PRODUCT,
        name="delist_product",
        summary="Take a product off sale",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=roles(CATALOGUE),
        service="catalog",
        answer=ProductView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="POST",
        path="/v1/ops/search/rebuild",
        name="rebuild_search",
        limit="bulk",
        summary="Rebuild the search index from the start of the streams, while the present index answers",
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="search",
        answer=SearchRebuild,
        success=(HTTPStatus.ACCEPTED,),
    ),
    Call(
        method="GET",
        path="/v1/ops/search/rebuild",
        name="read_search_rebuild",
        summary="Read the progress of the search index's rebuild",
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="search",
        answer=SearchRebuild,
    ),
)
