"""How the catalog's errors are answered."""

from __future__ import annotations

from catalog.domain.errors import NotFound, PagesOutdated, Refused, WrongContent
from runtime.web.problems import Problem, ProblemTable, not_found, unavailable, wrong_fields


def _refused(error: Refused) -> Problem:
    return Problem(409, error.code, error.detail)


PROBLEMS: ProblemTable = {
    NotFound: lambda error: not_found(str(error)),
    Refused: _refused,
    WrongContent: lambda error: wrong_fields(error.errors),
    PagesOutdated: lambda error: unavailable(str(error)),
}
