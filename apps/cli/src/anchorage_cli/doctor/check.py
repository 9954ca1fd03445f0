"""The result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """Works, and is not fit for real buyers, or may stop working."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, what was found, and what to do about it unless it is all right."""

    what: str
    result: Result
    found: str
    do: str = ""


def ok(what: str, found: str) -> Check:
    return Check(what, Result.OK, found)


def warning(what: str, found: str, do: str) -> Check:
    return Check(what, Result.WARNING, found, do)


def wrong(what: str, found: str, do: str) -> Check:
    return Check(what, Result.WRONG, found, do)
