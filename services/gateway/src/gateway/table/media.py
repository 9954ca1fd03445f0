"""Calls for owners' pictures."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.media import PictureView
from gateway import faults
from gateway.calls import Call
from runtime.web.pictures import FORM, PICTURE_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, OWNER

MAX_PICTURE = 10 * 1024 * 1024

CALLS = (
    Call(
        method="POST",
        path="/v1/owner/media",
        name="upload_picture",
        limit="bulk",
        summary="Upload a picture of at most 10 MB; it is encoded again in the widths 320, 750 and 1280",
        tag="Owners",
        scopes=scopes(OWNER),
        roles=roles(CATALOGUE),
        service="catalog",
        raw=tuple((media, None) for media in (*PICTURE_TYPES, FORM)),
        max_body=MAX_PICTURE,
        answer=PictureView,
        success=(HTTPStatus.CREATED,),
        faults=(
            faults.UNREADABLE_IMAGE,
            faults.MALFORMED_FORM,
            faults.UNSUPPORTED_MEDIA,
            faults.TOO_MANY_SCANS,
        ),
    ),
)
