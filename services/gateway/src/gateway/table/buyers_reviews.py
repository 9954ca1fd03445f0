"""Calls for buyers' reviews of what they bought, owners' answers, and texts that wait for an operator."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.buyers_reviews import (
    AnswerRequest,
    BuyersReviewRequest,
    OwnerReviewsQuery,
    OwnerReviewView,
    OwnReviewView,
    ProductReviews,
    ProductReviewsQuery,
    VisibilityRequest,
)
from contracts.api.common import Page
from contracts.api.content_checks import ContentChecksQuery, ContentCheckView
from contracts.api.owners import ReasonsRequest
from gateway import faults
from gateway.calls import Call
from gateway.headers import VERSION_HEADER, VIEWER_HEADER
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, HOST, OPS, OWNER, VIEWER

TAG = "Reviews"
PROGRAM = "/v1/mini-programs/{mini_program_id}"
OF_ORDER = f"{PROGRAM}/orders/{{order_id}}/reviews"
CHECK = "/v1/ops/content-checks/{check_id}"
OPS_REVIEW = "/v1/ops/buyers-reviews/{review_id}"
EDITORS = roles(CATALOGUE)

CALLS = (
    Call(
        method="POST",
        path=OF_ORDER,
        name="review_line",
        summary="Review a line of a completed order; each line once, and the same review again changes nothing",
        tag=TAG,
        scopes=scopes(VIEWER),
        service="checkout",
        body=BuyersReviewRequest,
        answer=OwnReviewView,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
        faults=(faults.WRONG_STATE, faults.ALREADY_REVIEWED, faults.CONTENT_REFUSED, faults.CONFLICT),
    ),
    Call(
        method="GET",
        path=OF_ORDER,
        name="list_order_reviews",
        summary="List the viewer's reviews of an order's lines",
        tag=TAG,
        scopes=scopes(VIEWER),
        service="checkout",
        answer=Page[OwnReviewView],
    ),
    Call(
        method="GET",
        path=f"{PROGRAM}/products/{{product_id}}/reviews",
        name="list_product_reviews",
        summary="List a product's reviews, newest first, with their average and number by stars",
        tag=TAG,
        scopes=scopes(HOST, VIEWER),
        service="checkout",
        query=ProductReviewsQuery,
        answer=ProductReviews,
        headers=(VIEWER_HEADER,),
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/owner/mini-programs/{mini_program_id}/reviews",
        name="list_owner_reviews",
        summary="List the reviews of a mini program, hidden ones too",
        tag=TAG,
        scopes=scopes(OWNER),
        service="checkout",
        query=OwnerReviewsQuery,
        answer=Page[OwnerReviewView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path="/v1/owner/reviews/{review_id}",
        name="read_owner_review",
        summary="Read a review of one of the owner's mini programs",
        tag=TAG,
        scopes=scopes(OWNER),
        service="checkout",
        answer=OwnerReviewView,
    ),
    Call(
        method="PUT",
        path="/v1/owner/reviews/{review_id}/answer",
        name="answer_review",
        summary="Answer a review; until its text has passed, viewers read the answer before",
        tag=TAG,
        scopes=scopes(OWNER),
        roles=EDITORS,
        while_suspended=True,
        service="checkout",
        headers=(VERSION_HEADER,),
        body=AnswerRequest,
        answer=OwnerReviewView,
        faults=(faults.CONTENT_REFUSED, faults.CONFLICT),
    ),
    Call(
        method="GET",
        path=OPS_REVIEW,
        name="read_buyers_review",
        summary="Read any buyer's review",
        tag=TAG,
        scopes=scopes(OPS),
        service="checkout",
        answer=OwnerReviewView,
    ),
    Call(
        method="POST",
        path=f"{OPS_REVIEW}/hiding",
        name="hide_review",
        summary="Hide a review from viewers; its stars count no more",
        tag=TAG,
        scopes=scopes(OPS),
        roles=EDITORS,
        service="checkout",
        body=VisibilityRequest,
        answer=OwnerReviewView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="POST",
        path=f"{OPS_REVIEW}/showing",
        name="show_review",
        summary="Show a hidden review again",
        tag=TAG,
        scopes=scopes(OPS),
        roles=EDITORS,
        service="checkout",
        body=VisibilityRequest,
        answer=OwnerReviewView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="GET",
        path="/v1/ops/content-checks",
        name="list_content_checks",
        summary="List the texts that wait, because the content check could not decide about them",
        tag=TAG,
        scopes=scopes(OPS),
        service="gateway",
        query=ContentChecksQuery,
        answer=Page[ContentCheckView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=CHECK,
        name="read_content_check",
        summary="Read texts and the verdict about them, whether they wait or not",
        tag=TAG,
        scopes=scopes(OPS),
        service="gateway",
        answer=ContentCheckView,
    ),
    Call(
        method="POST",
        path=f"{CHECK}/approval",
        name="approve_content",
        summary="Let viewers see a text that waits",
        tag=TAG,
        scopes=scopes(OPS),
        roles=EDITORS,
        service="gateway",
        answer=ContentCheckView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="POST",
        path=f"{CHECK}/rejection",
        name="reject_content",
        summary="Refuse a text that waits, with reasons",
        tag=TAG,
        scopes=scopes(OPS),
        roles=EDITORS,
        service="gateway",
        body=ReasonsRequest,
        answer=ContentCheckView,
        faults=(faults.CONFLICT,),
    ),
)
