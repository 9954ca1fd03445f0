"""Why a search cannot be answered."""

from __future__ import annotations


class QueryRefused(ValueError):
    """The query is invalid. `code` is stable, `field` names the part at fault."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class MiniProgramNotFound(LookupError):
    """This host shows no such mini program."""
