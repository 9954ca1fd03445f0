"""Between the calls' shapes and the service's own."""

from __future__ import annotations

from typing import Any

from contracts.api.sharing import ShareCodeView
from roundcode.look import BadLook, Look
from runtime.web.problems import Problem
from sharecode.domain.codes import ShareCode


def look_of(**options: Any) -> Look:
    """The look with these options; raises Problem 422 that names the option at fault."""
    try:
        return Look(**options)
    except BadLook as wrong:
        raise bad_look(wrong) from None


def bad_look(wrong: BadLook) -> Problem:
    """The answer to a look that makes no readable code."""
    return Problem(422, "invalid_content", wrong.message, errors=[(wrong.option, wrong.message)])


def withdrawn() -> Problem:
    """The answer to a code that opens nothing any more."""
    return Problem(410, "withdrawn", "this code has been withdrawn by its mini program")


def view_of(share: ShareCode, *, with_counts: bool) -> ShareCodeView:
    """What a code opens; its counts are for its owner."""
    return ShareCodeView(
        code=share.code,
        mini_program_id=share.mini_program_id,
        product_id=share.product_id,
        withdrawn=share.withdrawn,
        scans=share.scans if with_counts else None,
        created_at=share.created_at,
    )
