"""What can be wrong with a wish, in the catalog's own words."""

from __future__ import annotations


class Refused(Exception):
    """The wish does not fit the present state: `code` is stable, the text says what would be right."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class WrongContent(Exception):
    """The wish contradicts itself or what it refers to; `errors` names the fields at fault as (path, message)."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = errors


class OperatorsOnly(Exception):
    """These fields are not the owner's to change."""

    def __init__(self, *fields: str) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class NotThere(Exception):
    """What was asked for does not exist, or not for this caller; the text names it."""


class IllegalTransition(Exception):
    """An event that can never be legal in the state that a reservation is in."""
