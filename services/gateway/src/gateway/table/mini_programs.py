"""Calls for mini programs: drafts, versions and their release."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import ChangesQuery, Page
from contracts.api.mini_programs import (
    MiniProgramDraft,
    MiniProgramDraftPatch,
    MiniProgramsQuery,
    MiniProgramView,
)
from contracts.api.versions import TestersRequest, TestersView, VersionRequest, VersionView
from gateway import faults
from gateway.calls import JSON, Call
from gateway.headers import VERSION_HEADER
from runtime.web.editing import PATCH_TYPES
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, OPS, OWNER

TAG = "Mini programs"
PROGRAMS = "/v1/owner/mini-programs"
PROGRAM = f"{PROGRAMS}/{{mini_program_id}}"
VERSIONS = f"{PROGRAM}/versions"
TESTERS = f"{PROGRAM}/testers"
VERSION = f"{VERSIONS}/{{version_id}}"
OWNER_OR_OPERATOR = scopes(OWNER, OPS)
EDITORS = roles(CATALOGUE)
CREATED = (HTTPStatus.CREATED,)

CALLS = (
    Call(
        method="GET",
        path=PROGRAMS,
        name="list_own_mini_programs",
        summary="List the owner's mini programs",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        query=MiniProgramsQuery,
        answer=Page[MiniProgramView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="POST",
        path=PROGRAMS,
        name="start_mini_program",
        summary="Start a mini program with a draft",
        tag=TAG,
        scopes=scopes(OWNER),
        roles=EDITORS,
        service="catalog",
        raw=((JSON, MiniProgramDraft),),
        answer=MiniProgramView,
        success=CREATED,
        faults=(
            faults.NOT_YOUR_FIELD,
            faults.MALFORMED_JSON,
            faults.UNSUPPORTED_MEDIA,
        ),
    ),
    Call(
        method="GET",
        path=PROGRAM,
        name="read_own_mini_program",
        summary="Read one of the owner's mini programs",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        answer=MiniProgramView,
    ),
    Call(
        method="PATCH",
        path=PROGRAM,
        name="change_mini_program",
        summary="Change the draft of a mini program (a merge patch, RFC 7396)",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        raw=tuple((media, MiniProgramDraftPatch) for media in PATCH_TYPES),
        headers=(VERSION_HEADER,),
        answer=MiniProgramView,
        faults=(
            faults.NOT_YOUR_FIELD,
            faults.MALFORMED_JSON,
            faults.UNSUPPORTED_MEDIA,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="PUT",
        path=PROGRAM,
        name="put_mini_program",
        summary="Replaced by drafts and versions",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        raw=((JSON, None),),
        success=(),
        faults=(faults.GONE,),
    ),
    Call(
        method="GET",
        path=TESTERS,
        name="read_testers",
        summary="Read who sees the draft of a mini program",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        answer=TestersView,
    ),
    Call(
        method="PUT",
        path=TESTERS,
        name="put_testers",
        summary="Say who sees the newest draft of a mini program, in a session",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="gateway",
        body=TestersRequest,
        headers=(VERSION_HEADER,),
        answer=TestersView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="GET",
        path=VERSIONS,
        name="list_versions",
        summary="List the versions of a mini program, newest first",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        query=ChangesQuery,
        answer=Page[VersionView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="POST",
        path=VERSIONS,
        name="submit_version",
        summary="Submit the draft for review",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        body=VersionRequest,
        body_optional=True,
        answer=VersionView,
        success=CREATED,
        faults=(
            faults.CONTENT_REFUSED,
            faults.NAME_TAKEN,
            faults.WRONG_STATE,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="GET",
        path=VERSION,
        name="read_version",
        summary="Read a version of a mini program",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        service="catalog",
        answer=VersionView,
    ),
    Call(
        method="POST",
        path=f"{VERSION}/withdrawal",
        name="withdraw_version",
        summary="Withdraw a version before its release",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        answer=VersionView,
        faults=(
            faults.WRONG_STATE,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="POST",
        path=f"{VERSION}/release",
        name="release_version",
        summary="Let viewers see an approved version",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        answer=VersionView,
        faults=(
            faults.WRONG_STATE,
            faults.NOT_WHILE_SUSPENDED,
            faults.NAME_TAKEN,
            faults.OWNER_NOT_VERIFIED,
            faults.OWNER_SUSPENDED,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="POST",
        path=f"{PROGRAM}/rollback",
        name="roll_back_version",
        summary="Put back what was live before the last release, once for each release",
        tag=TAG,
        scopes=OWNER_OR_OPERATOR,
        roles=EDITORS,
        service="catalog",
        answer=VersionView,
        faults=(
            faults.WRONG_STATE,
            faults.NOTHING_TO_ROLL_BACK,
            faults.NOT_WHILE_SUSPENDED,
            faults.OWNER_NOT_VERIFIED,
            faults.OWNER_SUSPENDED,
            faults.CONFLICT,
        ),
    ),
)
