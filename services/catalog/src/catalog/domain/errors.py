"""Why the catalog refuses a command or cannot show a page."""

from __future__ import annotations

from typing import ClassVar, TypeVar

A = TypeVar("A")


class Refused(Exception):
    """The command does not fit the present state. `code` is stable, the text says what would be right."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class OwnerSuspended(Refused):
    """A suspended owner prepares nothing; the text says why it is suspended."""

    def __init__(self, detail: str) -> None:
        super().__init__("owner_suspended", detail)


class WrongContent(Exception):
    """The command contradicts itself or what it refers to; `errors` names the wrong fields as (path, message)."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = errors


class ContentRefused(Exception):
    """A text must not be shown to viewers; `errors` names each field as (path, message)."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors))
        self.errors = errors


class KeyReused(Exception):
    """An idempotency key was used before, for another request."""


class ContentWaits(Exception):
    """An operator has to decide first whether viewers may see the texts."""

    def __init__(self, check_id: str) -> None:
        super().__init__(f"Check {check_id} waits for an operator.")
        self.check_id = check_id


class UnreadablePicture(Exception):
    """The file cannot be shown as a picture; the text says why."""


class TooManyPictures(Exception):
    """As many pictures wait as there is room for."""


class PictureWorkerDied(Exception):
    """The process that worked on the picture ended; a repeat may succeed."""


class NotFound(Exception):
    """It does not exist, or the caller may not see it; the text names it."""


class PagesOutdated(Exception):
    """The read model has not followed the database for longer than a page may be old."""

    loggable: ClassVar[bool] = True


class IllegalTransition(Exception):
    """An event that can never be legal in the state of its reservation."""

    loggable: ClassVar[bool] = True


def must_exist(found: A | None, name: str) -> A:
    """`found`; raises NotFound, with `name`, if it is None."""
    if found is None:
        raise NotFound(name)
    return found
