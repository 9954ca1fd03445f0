"""How the catalog's errors are answered."""

from __future__ import annotations

from catalog.domain.errors import (
    ContentRefused,
    ContentWaits,
    KeyReused,
    NotFound,
    OwnerSuspended,
    PagesOutdated,
    PictureWorkerDied,
    Refused,
    TooManyPictures,
    UnreadablePicture,
    WrongContent,
)
from runtime.web.idempotency import key_reused
from runtime.web.pictures import too_many_pictures
from runtime.web.problems import MAX_ERRORS, Problem, ProblemTable, not_found, unavailable, wrong_fields


def _refused(error: Refused) -> Problem:
    return Problem(409, error.code, error.detail)


def _content_refused(error: ContentRefused) -> Problem:
    detail = "Viewers must not be shown this. Change the fields in `errors`."
    return Problem(422, "content_refused", detail, errors=error.errors[:MAX_ERRORS])


def _content_waits(error: ContentWaits) -> Problem:
    detail = (
        "An operator looks at these texts before viewers see them. Nothing was changed. Send this again once check "
        f"{error.check_id} has passed."
    )
    return Problem(409, "content_waits", detail)


PROBLEMS: ProblemTable = {
    NotFound: lambda error: not_found(str(error)),
    Refused: _refused,
    OwnerSuspended: lambda error: Problem(403, "owner_suspended", str(error)),
    ContentRefused: _content_refused,
    ContentWaits: _content_waits,
    WrongContent: lambda error: wrong_fields(error.errors),
    UnreadablePicture: lambda error: Problem(422, "unreadable_image", str(error)),
    TooManyPictures: lambda _: too_many_pictures(),
    PictureWorkerDied: lambda _: unavailable("The picture could not be processed; try again.", retry_after=1),
    KeyReused: lambda _: key_reused(),
    PagesOutdated: lambda error: unavailable(str(error)),
}
