"""Texts that wait for an operator, because a content check did not decide about them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from contracts.api.common import Answer, ChangesQuery, FieldError

CheckedKind = Literal["product", "video", "review", "answer"]


class ContentCheckView(Answer):
    """Texts that viewers do not see, and what the check said about them."""

    check_id: str
    kind: CheckedKind = Field(description="what the texts belong to; `answer` is an owner's, to a review")
    object_id: str = Field(description="the product's, video's or review's id")
    mini_program_id: str | None = None
    texts: dict[str, str] = Field(description="by field")
    findings: list[FieldError] = Field(default=[], description="what the check found")
    model: str = Field(
        description="the check's model; `unchecked` if the provider did not answer, `operator` once decided"
    )
    checked_at: datetime
    status: Literal["waiting", "passed", "refused"]


class ContentChecksQuery(ChangesQuery):
    """Which texts to list."""

    status: Literal["waiting"] = "waiting"
