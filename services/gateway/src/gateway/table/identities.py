"""Calls of owners about themselves, of operators about owners, hosts and creators, and of all about their clients."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from contracts.api.common import ChangesQuery, Page
from contracts.api.owners import (
    ApprovalRequest,
    HostRequest,
    ListedOwner,
    NewClientView,
    NewCreator,
    NewHost,
    NewOwner,
    OwnClientRequest,
    OwnClientView,
    OwnerApplication,
    OwnerDetails,
    OwnersQuery,
    OwnerView,
    PartnerRequest,
    PartnerView,
    ReasonsRequest,
    SecretRequest,
)
from gateway import faults
from gateway.calls import Call, Fault, Method
from gateway.headers import VERSION_HEADER
from runtime.web.routes import roles, scopes
from runtime.web.tokens import CATALOGUE, CREATOR, HOST, OPS, OWNER, PUBLIC

TAG = "Owners"
CLIENTS = "Clients"
OPERATORS = "Operators"
OWNERS = "/v1/ops/owners"
ANY_OWNER = f"{OWNERS}/{{owner_id}}"
CREATED = (HTTPStatus.CREATED,)
OK_OR_CREATED = (HTTPStatus.OK, HTTPStatus.CREATED)

OWN = (
    Call(
        method="POST",
        path="/v1/owners",
        name="register_owner",
        summary="Apply as an owner of mini programs; the secret is shown once",
        tag=TAG,
        scopes=PUBLIC,
        service="identity",
        body=OwnerApplication,
        answer=NewOwner,
        success=CREATED,
        limit="registration",
        faults=(faults.REGISTRATION_CLOSED,),
    ),
    Call(
        method="GET",
        path="/v1/owner",
        name="read_own_owner",
        summary="Read the calling owner: its status, and why it was rejected or suspended",
        tag=TAG,
        scopes=scopes(OWNER),
        service="identity",
        answer=OwnerView,
        faults=(faults.NOT_FOUND,),
    ),
    Call(
        method="POST",
        path="/v1/owner/applications",
        name="apply_again",
        summary="Apply for another name or kind, or once more after a rejection",
        tag=TAG,
        scopes=scopes(OWNER),
        service="identity",
        body=OwnerApplication,
        answer=OwnerView,
        success=CREATED,
        faults=(faults.NOT_FOUND, faults.WRONG_STATE, faults.CONFLICT),
    ),
)


def _verdict(path: str, name: str, summary: str, *more: Fault, gives_reasons: bool) -> Call:
    return Call(
        method="POST",
        path=f"{ANY_OWNER}/{path}",
        name=name,
        summary=summary,
        tag=OPERATORS,
        scopes=scopes(OPS),
        roles=roles(CATALOGUE),
        service="identity",
        body=ReasonsRequest if gives_reasons else ApprovalRequest,
        body_optional=not gives_reasons,
        answer=OwnerView,
        faults=(*more, faults.WRONG_STATE, faults.CONFLICT),
    )


OF_OPERATORS = (
    Call(
        method="GET",
        path=OWNERS,
        name="list_owners",
        summary="List owners by id",
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="identity",
        query=OwnersQuery,
        answer=Page[ListedOwner],
        faults=(faults.INVALID_CURSOR,),
    ),
    Call(
        method="GET",
        path=ANY_OWNER,
        name="read_owner",
        summary="Read an owner with its earlier applications",
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="identity",
        answer=OwnerDetails,
    ),
    Call(
        method="PUT",
        path=ANY_OWNER,
        name="put_owner",
        summary="Enter an owner as verified, or change its name, kind and contact",
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="identity",
        headers=(VERSION_HEADER,),
        body=OwnerApplication,
        answer=OwnerView,
        success=OK_OR_CREATED,
        faults=(faults.NAME_TAKEN, faults.WRONG_STATE, faults.CONFLICT),
    ),
    _verdict(
        "approval",
        "verify_owner",
        "Verify an owner, or approve its new name or kind",
        faults.NAME_TAKEN,
        gives_reasons=False,
    ),
    _verdict("rejection", "reject_owner", "Reject an owner's application", gives_reasons=True),
    _verdict(
        "suspension",
        "suspend_owner",
        "Suspend an owner: its mini programs are closed to viewers, and it may do only what its orders need",
        gives_reasons=True,
    ),
    _verdict("reinstatement", "reinstate_owner", "End an owner's suspension", gives_reasons=False),
)


def _of_operators(method: Method, path: str, name: str, summary: str, **more: Any) -> Call:
    return Call(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag=OPERATORS,
        scopes=scopes(OPS),
        service="identity",
        **more,
    )


def _partners(kind: str, body: type[PartnerRequest], new: type[NewHost | NewCreator]) -> tuple[Call, ...]:
    every, one, noun = f"/v1/ops/{kind}s", f"/v1/ops/{kind}s/{{{kind}_id}}", f"a {kind}"
    changed: dict[str, Any] = {"answer": PartnerView, "faults": (faults.CONFLICT,)}
    return (
        _of_operators(
            "GET", every, f"list_{kind}s", f"List {kind}s by id",
            query=ChangesQuery, answer=Page[PartnerView], faults=(faults.INVALID_CURSOR,),
        ),
        _of_operators(
            "POST", every, f"register_{kind}", f"Register {noun} with its first client; the secret is shown once",
            body=body, answer=new, success=CREATED,
        ),
        _of_operators("GET", one, f"read_{kind}", f"Read {noun}", answer=PartnerView),
        _of_operators(
            "PUT", one, f"put_{kind}", f"Register {noun} under this id, or change its name",
            headers=(VERSION_HEADER,), body=body, success=OK_OR_CREATED, **changed,
        ),
        _of_operators(
            "POST", f"{one}/suspension", f"suspend_{kind}", f"Suspend {noun}: its calls are refused within 5 seconds",
            body=ReasonsRequest, **changed,
        ),
        _of_operators(
            "POST", f"{one}/reinstatement", f"reinstate_{kind}", f"End the suspension of {noun}", **changed,
        ),
    )  # fmt: skip


def _of_clients(scope: str, method: Method, path: str, name: str, summary: str, **more: Any) -> Call:
    return Call(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag=CLIENTS,
        scopes=scopes(scope),
        roles=roles(),
        service="identity",
        **more,
    )


def _clients(scope: str) -> tuple[Call, ...]:
    every = f"/v1/{scope}/clients"
    one = f"{every}/{{client_id}}"
    read = _of_clients(
        scope, "GET", one, f"read_{scope}_client", "Read one of the caller's clients", answer=OwnClientView
    )
    own = () if scope == OPS else (read,)  # operators read any client: `access.py`
    return (
        _of_clients(
            scope, "GET", every, f"list_{scope}_clients", "List the caller's clients by id",
            query=ChangesQuery, answer=Page[OwnClientView], faults=(faults.INVALID_CURSOR,),
        ),
        _of_clients(
            scope, "POST", every, f"add_{scope}_client", "Add a client; its secret is shown once",
            body=OwnClientRequest, answer=NewClientView, success=CREATED,
            faults=(faults.TOO_MANY_CLIENTS,) if scope != OPS else (),
        ),
        *own,
        _of_clients(
            scope, "POST", f"{one}/secrets", f"renew_{scope}_secret",
            "Give a client a new secret; the present one works for a while more",
            body=SecretRequest, answer=NewClientView, success=CREATED, faults=(faults.TOO_MANY_SECRETS, faults.CONFLICT),
            while_suspended=scope == OWNER,
        ),
        _of_clients(
            scope, "DELETE", one, f"remove_{scope}_client", "Remove a client; its tokens are refused within 5 seconds",
            success=(HTTPStatus.NO_CONTENT,), faults=(faults.LAST_ADMIN,), while_suspended=scope == OWNER,
        ),
    )  # fmt: skip


CALLS = (
    *OWN,
    *OF_OPERATORS,
    *_partners("host", HostRequest, NewHost),
    *_partners("creator", PartnerRequest, NewCreator),
    *(call for scope in (OWNER, HOST, CREATOR, OPS) for call in _clients(scope)),
)
