"""Versions of mini programs: their review, and the decisions of hosts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.access import HostUserId
from contracts.api.common import PRINTABLE, Answer, ChangesQuery, Id, MiniProgramId, Request
from contracts.api.mini_programs import MiniProgramDraft
from contracts.api.owners import Flag, ReasonView

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


class TextCheckView(Answer):
    """What the content check said about a version's texts when it was submitted."""

    status: Literal["passed", "needs_review"]
    model: str = Field(description="`unchecked` if the provider did not answer")
    at: datetime
    findings: list[Flag] = []


class ReviewView(VersionView):
    """A version as the reviewer sees it. `text_check` is null for an operator's own version."""

    owner_id: str
    owner_name: str
    flags: list[Flag] = []
    text_check: TextCheckView | None = None


class ReviewQuery(ChangesQuery):
    """Which versions to answer."""

    status: Status | None = Field(default=None, description="only versions with this status")


MAX_TESTERS = 100


class TesterRequest(Request):
    """A user of a host who is to see the draft."""

    host_id: Id
    host_user_id: HostUserId


class TestersRequest(Request):
    """Those who see the newest draft, in place of all before."""

    viewers: Annotated[list[TesterRequest], Field(max_length=MAX_TESTERS)]


class TesterView(Answer):
    """A tester. `viewer` is a pseudonym: the host's own user id is stored nowhere."""

    host_id: str
    viewer: str


class TestersView(Answer):
    """Those who see the newest draft."""

    mini_program_id: MiniProgramId
    viewers: list[TesterView]
    version: int


class TesterOfHost(Request):
    """A tester by pseudonym, from the gateway to catalog."""

    host_id: Id
    viewer: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class TestersOfHosts(Request):
    """TestersRequest by pseudonyms, from the gateway to catalog."""

    viewers: Annotated[list[TesterOfHost], Field(max_length=MAX_TESTERS)]


class HostDecisionRequest(Request):
    """Why a host accepts or refuses a mini program."""

    reason: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] = ""


class HostDecisionView(Answer):
    """A host's decision on a mini program."""

    mini_program_id: MiniProgramId
    status: Literal["accepted", "refused"]
    reason: str = ""


class HostReviewView(Answer):
    """A mini program that requests the host."""

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


class HostReviewQuery(ChangesQuery):
    """Which mini programs to answer."""

    status: Literal["waiting", "accepted", "refused"] | None = None


Accept = Literal["all", "by_hand"]


class HostSettingsRequest(Request):
    """Whether the host accepts every mini program that requests it, or decides on each by hand."""

    accept: Accept = "all"


class HostSettingsView(Answer):
    """What a host has set; version 0 before the first change."""

    accept: Accept
    version: int
