"""Between the API's models and the service's own."""

from __future__ import annotations

from urllib.parse import urlencode

from contracts.api.share_codes import (
    Allowance,
    CodeLookView,
    LookQuery,
    ShareAnswer,
    ShareCodeView,
    ShareQuota,
    ShareRequest,
)
from sharecode.application.owner_codes import QuotaUsed
from sharecode.application.sharing import Shared
from sharecode.domain.codes import LINK_PATH, ShareCode
from sharecode.domain.looks import PictureLook, ProgramLook, RequestedLook


def requested_look(body: ShareRequest) -> RequestedLook:
    """The look that a share request asks for."""
    return RequestedLook(body.width, body.line_color, body.transparent, body.logo, body.caption)


def look_of(query: LookQuery) -> PictureLook:
    """The look that the query of a picture's address names."""
    return PictureLook(query.width, query.line_color, query.transparent == "true", query.logo, query.caption)


def share_answer(shared: Shared, public_url: str) -> ShareAnswer:
    """The code with its link and the addresses of its pictures."""
    address, look = f"{public_url}{LINK_PATH}{shared.code}", shared.look
    query = {
        "width": str(look.width),
        "line_color": look.line_color,
        "transparent": str(look.transparent).lower(),
    }
    if look.logo:
        query["logo"] = str(look.logo)
    if look.caption:
        query["caption"] = look.caption
    return ShareAnswer(
        code=shared.code,
        link=address,
        image_url=f"{address}/image.png?{urlencode(query)}",
        qr_url=f"{address}/qr.png?width={look.width}",
    )


def code_view(share: ShareCode, *, with_counts: bool) -> ShareCodeView:
    """What a code opens; its counts are for its owner."""
    return ShareCodeView(
        code=share.code,
        mini_program_id=share.mini_program_id,
        product_id=share.product_id,
        withdrawn=share.withdrawn,
        scans=share.scans if with_counts else None,
        created_at=share.created_at,
    )


def quota_view(mini_program_id: str, quota: QuotaUsed) -> ShareQuota:
    """The quota as its owner sees it."""
    allowance = Allowance(
        limit=quota.limit,
        used=quota.used,
        left=max(0, quota.limit - quota.used),
        resets_at=quota.resets_at,
    )
    return ShareQuota(
        mini_program_id=mini_program_id,
        codes=quota.codes,
        per_minute=allowance,
        per_sharer_and_day=quota.limit_of_a_sharer,
    )


def look_view(look: ProgramLook) -> CodeLookView:
    """The look as its owner sees it."""
    return CodeLookView(
        mini_program_id=look.mini_program_id,
        version=look.version,
        line_color=look.line_color,
        logo=look.logo is not None,
    )
