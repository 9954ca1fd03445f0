"""Share codes and scans."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page, PageQuery
from contracts.api.share_codes import (
    CodeLookRequest,
    CodeLookView,
    LookQuery,
    ScanAnswer,
    ScanText,
    ShareAnswer,
    ShareCodeView,
    ShareQuota,
    ShareRequest,
)
from gateway.calls import JSON, PATIENT_SECONDS, Call
from gateway.faults import (
    INVALID_CURSOR,
    MALFORMED_FORM,
    MALFORMED_JSON,
    NO_CODE_FOUND,
    NOT_FOUND,
    SHARING_NOT_ALLOWED,
    TOO_MANY_CODES,
    TOO_MANY_PICTURES,
    TOO_MANY_SCANS,
    UNREADABLE_IMAGE,
    UNSUPPORTED_MEDIA,
    WITHDRAWN,
)
from gateway.headers import VIEWER as WHO_LOOKS
from gateway.shapes import ScanForm
from runtime.web.routes import scopes
from runtime.web.tokens import HOST, OWNER, PUBLIC, VIEWER

TAG = "Share and scan"
CODE = "/v1/share-codes/{code}"
OWNED = "/v1/owner/mini-programs/{mini_program_id}/share-codes"
PICTURES = ("image/png", "image/jpeg", "image/webp")
MAX_PICTURE = 12 * 1024 * 1024
"""A photograph of a phone of today."""


def _image(ending: str, media: str, summary: str) -> Call:
    return Call(
        method="GET",
        path=f"{CODE}/{ending}",
        name=f"draw_{ending.replace('.', '_')}",
        summary=summary,
        tag=TAG,
        scopes=PUBLIC,
        service="sharecode",
        query=LookQuery,
        media=(media,),
        faults=(WITHDRAWN, TOO_MANY_PICTURES),
    )


CALLS = (
    Call(
        method="POST",
        path="/v1/mini-programs/{mini_program_id}/products/{product_id}/share-codes",
        name="share_product",
        summary="A code that opens this product; the same host, sharer and product give the same one",
        tag=TAG,
        scopes=scopes(VIEWER),
        service="sharecode",
        body=ShareRequest,
        bare=True,
        answer=ShareAnswer,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
        faults=(SHARING_NOT_ALLOWED, WITHDRAWN, TOO_MANY_CODES),
    ),
    Call(
        method="GET",
        path=CODE,
        name="read_share_code",
        summary="What a code opens; its counts for who may see them",
        tag=TAG,
        scopes=scopes(HOST, VIEWER, OWNER),
        service="gateway",
        answer=ShareCodeView,
    ),
    _image("image.png", "image/png", "The round code as a picture"),
    _image("image.svg", "image/svg+xml", "The round code as a drawing"),
    _image("qr.png", "image/png", "The plain QR code"),
    Call(
        method="POST",
        path="/v1/scans",
        name="scan",
        summary="A picture, a link or a code: the product that it opens, and the signed click",
        tag=TAG,
        scopes=scopes(HOST),
        service="gateway",
        raw=(*((media, None) for media in PICTURES), ("multipart/form-data", ScanForm), (JSON, ScanText)),
        max_body=MAX_PICTURE,
        deadline=PATIENT_SECONDS,
        answer=ScanAnswer,
        headers=(WHO_LOOKS,),
        faults=(
            NOT_FOUND,
            NO_CODE_FOUND,
            WITHDRAWN,
            UNSUPPORTED_MEDIA,
            MALFORMED_JSON,
            MALFORMED_FORM,
            UNREADABLE_IMAGE,
            TOO_MANY_SCANS,
        ),
    ),
    Call(
        method="GET",
        path=OWNED,
        name="list_share_codes",
        summary="The codes of an own mini program, with their counts",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        query=PageQuery,
        answer=Page[ShareCodeView],
        faults=(INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=f"{OWNED}/quota",
        name="read_share_quota",
        summary="How many new codes an own mini program may still make in this minute",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        answer=ShareQuota,
    ),
    Call(
        method="GET",
        path=f"{OWNED}/look",
        name="read_code_look",
        summary="How the codes of an own mini program look",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        answer=CodeLookView,
    ),
    Call(
        method="PUT",
        path=f"{OWNED}/look",
        name="put_code_look",
        summary="Give the codes of an own mini program its colour and its logo",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        body=CodeLookRequest,
        answer=CodeLookView,
        faults=(TOO_MANY_PICTURES,),
    ),
    Call(
        method="POST",
        path="/v1/owner/share-codes/{code}/withdrawal",
        name="withdraw_share_code",
        summary="Let a code open nothing any more",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        answer=ShareCodeView,
    ),
)
