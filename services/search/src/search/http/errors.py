"""How search's errors are answered."""

from __future__ import annotations

from runtime.web.problems import Problem, ProblemTable, not_found
from search.domain.errors import MiniProgramNotFound, QueryRefused


def _refused(error: QueryRefused) -> Problem:
    return Problem(422, error.code, str(error), errors=[(error.field, str(error))])


PROBLEMS: ProblemTable = {
    QueryRefused: _refused,
    MiniProgramNotFound: lambda _: not_found("the mini program"),
}
