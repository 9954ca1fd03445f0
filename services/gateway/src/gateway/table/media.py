"""Calls for the pictures of owners and creators."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.media import PictureView
from gateway import faults
from gateway.calls import Call
from runtime.web.pictures import FORM, PICTURE_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, CREATOR, OWNER

MAX_PICTURE = 10 * 1024 * 1024


def _upload(scope: str, name: str, tag: str) -> Call:
    return Call(
        method="POST",
        path=f"/v1/{scope}/media",
        name=name,
        limit="bulk",
        summary="Upload a picture of at most 10 MB; it is encoded again in the widths 320, 750 and 1280",
        tag=tag,
        scopes=scopes(scope),
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
    )


CALLS = (
    _upload(OWNER, "upload_picture", "Owners"),
    _upload(CREATOR, "upload_creator_picture", "Creators"),
)
