"""Calls for share codes and scans."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import ChangesQuery, Page
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
from gateway.calls import JSON, WAITING_SECONDS, Call
from gateway.faults import (
    CONFLICT,
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
from gateway.headers import VERSION_HEADER, VIEWER_HEADER
from gateway.schemas import ScanForm
from runtime.web.pictures import FORM, PICTURE_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, EVERY_ROLE, HOST, OWNER, PUBLIC, VIEWER

TAG = "Share and scan"
CODE = "/v1/share-codes/{code}"
OWNED = "/v1/owner/mini-programs/{mini_program_id}/share-codes"
MAX_PICTURE = 12 * 1024 * 1024
"""Enough for a photograph by a current phone."""


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
        summary="Get a code that opens this product; the same host, sharer and product always have the same code",
        tag=TAG,
        scopes=scopes(VIEWER),
        service="sharecode",
        body=ShareRequest,
        body_optional=True,
        answer=ShareAnswer,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
        faults=(SHARING_NOT_ALLOWED, WITHDRAWN, TOO_MANY_CODES),
    ),
    Call(
        method="GET",
        path=CODE,
        name="read_share_code",
        summary="Read what a code opens, and its counts if the caller may see them",
        tag=TAG,
        scopes=scopes(HOST, VIEWER, OWNER),
        service="gateway",
        answer=ShareCodeView,
    ),
    _image("image.png", "image/png", "Draw the round code as a PNG picture"),
    _image("image.svg", "image/svg+xml", "Draw the round code as an SVG drawing"),
    _image("qr.png", "image/png", "Draw a plain QR code"),
    Call(
        method="POST",
        path="/v1/scans",
        name="scan",
        limit="scan",
        summary="Scan a picture, a link or a code; answers with the signed click and the product page",
        tag=TAG,
        scopes=scopes(HOST),
        roles=EVERY_ROLE,
        service="gateway",
        raw=(*((media, None) for media in PICTURE_TYPES), (FORM, ScanForm), (JSON, ScanText)),
        max_body=MAX_PICTURE,
        deadline=WAITING_SECONDS,
        answer=ScanAnswer,
        headers=(VIEWER_HEADER,),
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
        summary="List the codes of one of the owner's mini programs, with their counts",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        query=ChangesQuery,
        answer=Page[ShareCodeView],
        faults=(INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=f"{OWNED}/quota",
        name="read_share_quota",
        summary="Read how many new codes a mini program can still create in this minute",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        answer=ShareQuota,
    ),
    Call(
        method="GET",
        path=f"{OWNED}/look",
        name="read_code_look",
        summary="Read how the codes of a mini program look",
        tag=TAG,
        scopes=scopes(OWNER),
        service="sharecode",
        answer=CodeLookView,
    ),
    Call(
        method="PUT",
        path=f"{OWNED}/look",
        name="put_code_look",
        summary="Set the colour and the logo of a mini program's codes",
        tag=TAG,
        scopes=scopes(OWNER),
        roles=roles(CATALOGUE),
        service="sharecode",
        headers=(VERSION_HEADER,),
        body=CodeLookRequest,
        answer=CodeLookView,
        faults=(TOO_MANY_PICTURES, CONFLICT),
    ),
    Call(
        method="POST",
        path="/v1/owner/share-codes/{code}/withdrawal",
        name="withdraw_share_code",
        summary="Withdraw a code, so that it opens nothing any more",
        tag=TAG,
        scopes=scopes(OWNER),
        roles=roles(CATALOGUE),
        service="sharecode",
        answer=ShareCodeView,
    ),
)
