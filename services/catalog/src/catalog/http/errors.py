"""How the catalog's errors are answered."""

from __future__ import annotations

from catalog.domain.errors import NotFound, OperatorsOnly, PagesOutdated, Refused, WrongContent
from runtime.web.problems import Problem, ProblemTable, not_found, unavailable


def _refused(error: Refused) -> Problem:
    return Problem(409, error.code, error.detail)


def _wrong_content(error: WrongContent) -> Problem:
    count = "1 field is wrong" if len(error.errors) == 1 else f"{len(error.errors)} fields are wrong"
    return Problem(422, "invalid_content", f"{count}. See `errors`.", errors=error.errors)


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
    WrongContent: _wrong_content,
    OperatorsOnly: _operators_only,
    PagesOutdated: lambda error: unavailable(str(error)),
}
