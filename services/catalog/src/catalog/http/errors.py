"""How the catalog's errors are answered."""

from __future__ import annotations

from catalog.domain.errors import NotFound, OperatorsOnly, PagesOutdated, Refused, WrongContent
from runtime.web.problems import Problem, ProblemTable, not_found, unavailable, wrong_fields


def _refused(error: Refused) -> Problem:
    return Problem(409, error.code, error.detail)


def _operators_only(error: OperatorsOnly) -> Problem:
    return Problem(
        403,
        "operators_only",
        "After the review, only an operator may change these fields. Send them unchanged; see `errors`.",
        errors=[(name, "only an operator may change this") for name in error.fields],
    )


PROBLEMS: ProblemTable = {
    NotFound: lambda error: not_found(str(error)),
    Refused: _refused,
    WrongContent: lambda error: wrong_fields(error.errors),
    OperatorsOnly: _operators_only,
    PagesOutdated: lambda error: unavailable(str(error)),
}
