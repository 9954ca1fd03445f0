"""Texts of a product or a video, and the verdict about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Literal

from catalog.domain.errors import NotFound

Kind = Literal["product", "video"]
CheckStatus = Literal["passed", "waiting", "refused"]
NAME = "this check"


@dataclass(frozen=True, slots=True)
class ContentCheck:
    """The aggregate: just these texts of one object, by field, and whether viewers may see them.

    `model` gave the verdict at `at`: a content check, or `operator`. `findings` are its reasons by field.
    """

    check_id: str
    kind: Kind
    object_id: str
    mini_program_id: str | None
    texts: Mapping[str, str]
    status: CheckStatus
    model: str
    at: datetime
    findings: tuple[tuple[str, str], ...] = ()
    version: int = 1


def check_id_of(kind: Kind, object_id: str, texts: Mapping[str, str]) -> str:
    """Other texts of the object are another check, so a verdict is always about what was read."""
    parts = [object_id, *(part for field in sorted(texts) for part in (field, texts[field]))]
    return f"{kind}_{sha256(chr(31).join(parts).encode()).hexdigest()[:32]}"


def judged(current: ContentCheck | None, new: ContentCheck) -> ContentCheck | None:
    """A verdict of the content check; None if there is one already. What only waits may be judged again."""
    if current is None:
        return new
    if current.status != "waiting" or (new.status, new.model) == (current.status, current.model):
        return None
    return replace(new, version=current.version + 1)


def decide(
    current: ContentCheck | None, *, passed: bool, reasons: tuple[tuple[str, str], ...], at: datetime
) -> ContentCheck:
    """An operator's verdict; raises NotFound unless the texts wait."""
    if current is None or current.status != "waiting":
        raise NotFound(NAME)
    return replace(
        current, status="passed" if passed else "refused", model="operator", at=at,
        findings=() if passed else reasons, version=current.version + 1,
    )  # fmt: skip
