"""How sharecode's errors are answered."""

from __future__ import annotations

from roundcode.look import BadLook
from runtime.web.problems import Problem, ProblemTable, not_found, unavailable
from sharecode.domain.errors import (
    CodeNotFound,
    MiniProgramNotFound,
    NoCodeInPicture,
    NoCodeInText,
    PictureWorkerDied,
    ProductNotFound,
    QuotaReached,
    SharingNotAllowed,
    TooManyPictures,
    UnreadablePicture,
    Withdrawn,
)


def _bad_look(error: BadLook) -> Problem:
    return Problem(422, "invalid_content", error.message, errors=[(error.option, error.message)])


def _quota_reached(error: QuotaReached) -> Problem:
    message = f"the limit is {error.most} new codes per {error.unit}; existing codes still work"
    return Problem(429, "quota_reached", message, retry_after=error.retry_after)


def _no_code(hint: str) -> Problem:
    return Problem(422, "no_code_found", hint)


PROBLEMS: ProblemTable = {
    BadLook: _bad_look,
    CodeNotFound: lambda _: not_found("the code"),
    MiniProgramNotFound: lambda _: not_found("the mini program"),
    ProductNotFound: lambda _: not_found("the product"),
    SharingNotAllowed: lambda _: Problem(409, "sharing_not_allowed", "this product may not be shared"),
    Withdrawn: lambda _: Problem(410, "withdrawn", "this code has been withdrawn by its mini program"),
    QuotaReached: _quota_reached,
    NoCodeInText: lambda _: _no_code("the text holds no code; send a share link or a code as it is"),
    NoCodeInPicture: lambda _: _no_code(
        "no code was found in the picture; fill more of it with the code, in even light and in focus"
    ),
    UnreadablePicture: lambda error: Problem(422, "unreadable_image", str(error)),
    TooManyPictures: lambda _: Problem(429, "busy", "too many pictures at once; try again", retry_after=1),
    PictureWorkerDied: lambda _: unavailable("the picture could not be processed; try again", retry_after=1),
}
