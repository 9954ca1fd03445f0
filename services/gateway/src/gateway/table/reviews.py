"""Calls of operators who review mini programs, and of hosts that accept or refuse them."""

from __future__ import annotations

from http import HTTPStatus

from contracts.api.common import Page
from contracts.api.mini_programs import MiniProgramRequest, MiniProgramView, OperatorTerms, SuspensionRequest
from contracts.api.owners import ReasonsRequest
from contracts.api.versions import (
    HostDecisionRequest,
    HostDecisionView,
    HostReviewQuery,
    HostReviewView,
    HostSettingsRequest,
    HostSettingsView,
    ReviewQuery,
    ReviewView,
)
from gateway import faults
from gateway.calls import Call
from gateway.headers import VERSION_HEADER
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, HOST, OPS

HOSTS = "Hosts"
OPERATORS = "Operators"
OPS_PROGRAM = "/v1/ops/mini-programs/{mini_program_id}"
REVIEW = "/v1/ops/reviews/{version_id}"
HOST_PROGRAM = "/v1/host/mini-programs/{mini_program_id}"
OPERATOR = scopes(OPS)
EDITORS = roles(CATALOGUE)

CALLS = (
    Call(
        method="PUT",
        path=OPS_PROGRAM,
        name="put_live_mini_program",
        summary="Make a version live at once: approved, and accepted by its hosts",
        tag=OPERATORS,
        scopes=OPERATOR,
        roles=EDITORS,
        service="catalog",
        headers=(VERSION_HEADER,),
        body=MiniProgramRequest,
        answer=MiniProgramView,
        success=(HTTPStatus.OK, HTTPStatus.CREATED),
        faults=(
            faults.OWNER_SUSPENDED,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="PUT",
        path=f"{OPS_PROGRAM}/terms",
        name="set_mini_program_terms",
        summary="Set what the platform decides about a mini program",
        tag=OPERATORS,
        scopes=OPERATOR,
        service="catalog",
        headers=(VERSION_HEADER,),
        body=OperatorTerms,
        answer=MiniProgramView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="POST",
        path=f"{OPS_PROGRAM}/publication",
        name="publish_mini_program",
        summary="Replaced by review and release",
        tag=OPERATORS,
        scopes=OPERATOR,
        roles=EDITORS,
        service="catalog",
        success=(),
        faults=(faults.GONE,),
    ),
    Call(
        method="POST",
        path=f"{OPS_PROGRAM}/suspension",
        name="suspend_mini_program",
        summary="Suspend a mini program",
        tag=OPERATORS,
        scopes=OPERATOR,
        roles=EDITORS,
        service="catalog",
        body=SuspensionRequest,
        answer=MiniProgramView,
        faults=(
            faults.WRONG_STATE,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="POST",
        path=f"{OPS_PROGRAM}/reinstatement",
        name="reinstate_mini_program",
        summary="Reinstate a suspended mini program",
        tag=OPERATORS,
        scopes=OPERATOR,
        roles=EDITORS,
        service="catalog",
        answer=MiniProgramView,
        faults=(
            faults.OWNER_SUSPENDED,
            faults.WRONG_STATE,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="GET",
        path="/v1/ops/reviews",
        name="list_reviews",
        summary="List versions by status, for review",
        tag=OPERATORS,
        scopes=OPERATOR,
        service="catalog",
        query=ReviewQuery,
        answer=Page[ReviewView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=REVIEW,
        name="read_review",
        summary="Read a version, for review",
        tag=OPERATORS,
        scopes=OPERATOR,
        service="catalog",
        answer=ReviewView,
    ),
    Call(
        method="POST",
        path=f"{REVIEW}/approval",
        name="approve_version",
        summary="Approve a version; its owner may release it",
        tag=OPERATORS,
        scopes=OPERATOR,
        roles=EDITORS,
        service="catalog",
        answer=ReviewView,
        faults=(
            faults.WRONG_STATE,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="POST",
        path=f"{REVIEW}/rejection",
        name="reject_version",
        summary="Reject a version, with reasons",
        tag=OPERATORS,
        scopes=OPERATOR,
        roles=EDITORS,
        service="catalog",
        body=ReasonsRequest,
        answer=ReviewView,
        faults=(
            faults.WRONG_STATE,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="GET",
        path="/v1/host/reviews",
        name="list_host_reviews",
        summary="List the mini programs that request the host",
        tag=HOSTS,
        scopes=scopes(HOST),
        service="catalog",
        query=HostReviewQuery,
        answer=Page[HostReviewView],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="POST",
        path=f"{HOST_PROGRAM}/acceptance",
        name="accept_mini_program",
        summary="Show a mini program in the host, in this and later versions",
        tag=HOSTS,
        scopes=scopes(HOST),
        roles=EDITORS,
        service="catalog",
        body=HostDecisionRequest,
        body_optional=True,
        answer=HostDecisionView,
        faults=(
            faults.ALREADY_ACCEPTED,
            faults.CONFLICT,
        ),
    ),
    Call(
        method="POST",
        path=f"{HOST_PROGRAM}/refusal",
        name="refuse_mini_program",
        summary="Refuse a mini program, or show it no longer",
        tag=HOSTS,
        scopes=scopes(HOST),
        roles=EDITORS,
        service="catalog",
        body=HostDecisionRequest,
        body_optional=True,
        answer=HostDecisionView,
        faults=(faults.CONFLICT,),
    ),
    Call(
        method="GET",
        path="/v1/host/settings",
        name="read_host_settings",
        summary="Read the host's settings",
        tag=HOSTS,
        scopes=scopes(HOST),
        service="catalog",
        answer=HostSettingsView,
    ),
    Call(
        method="PUT",
        path="/v1/host/settings",
        name="put_host_settings",
        summary="Set whether the host accepts every mini program or decides on each by hand",
        tag=HOSTS,
        scopes=scopes(HOST),
        service="catalog",
        headers=(VERSION_HEADER,),
        body=HostSettingsRequest,
        answer=HostSettingsView,
        faults=(faults.CONFLICT,),
    ),
)
