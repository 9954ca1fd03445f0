"""Versions of mini programs: their review, and what hosts say to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import PRINTABLE, Answer, MiniProgramId, PageQuery, Request
from contracts.api.mini_programs import MiniProgramDraft
from contracts.api.owners import ReasonView

Status = Literal["in_review", "approved", "rejected", "withdrawn", "live", "superseded"]


class VersionRequest(Request):
    """A draft to submit, with a note to the reviewer."""

    note: Annotated[str, Field(max_length=1_000, pattern=PRINTABLE)] = ""


class VersionView(Answer):
    """A version with its verdict. `content` is null for old versions, of which only the verdict is kept."""

    version_id: str
    mini_program_id: MiniProgramId
    number: int
    status: Status
    note: str = ""
    submitted_at: datetime
    decided_at: datetime | None = None
    released_at: datetime | None = None
    reasons: list[ReasonView] = []
    content: MiniProgramDraft | None = None


class Flag(Answer):
    """What a reviewer should look at."""

    field: str
    message: str


class ReviewView(VersionView):
    """A version as the reviewer sees it."""

    owner_id: str
    owner_name: str
    flags: list[Flag] = []


class ReviewQuery(PageQuery):
    """Which versions to answer."""

    status: Status | None = Field(default=None, description="only versions with this status")


class HostDecisionRequest(Request):
    """Why a host takes or refuses a mini program."""

    reason: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] = ""


class HostDecisionView(Answer):
    """What a host said to a mini program."""

    mini_program_id: MiniProgramId
    status: Literal["accepted", "refused"]
    reason: str = ""


class HostReviewView(Answer):
    """A mini program that wants to be seen in the host."""

    mini_program_id: MiniProgramId
    name: str
    name_en: str = ""
    owner_id: str
    slogan: str = ""
    category: str
    logo_url: str
    version_id: str
    status: Literal["waiting", "accepted", "refused"]
    reason: str = ""


class HostReviewQuery(PageQuery):
    """Which mini programs to answer."""

    status: Literal["waiting", "accepted", "refused"] | None = None


class HostSettings(Request):
    """Whether the host takes every mini program that wants to be seen in it, or each by hand."""

    accept: Literal["all", "by_hand"] = "all"
