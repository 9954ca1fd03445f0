"""Requests become what the use cases take, and their results become answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from contracts.api.common import Answer, Id, Page
from contracts.api.owners import (
    ApprovalRequest,
    ContactRequest,
    ListedOwner,
    NewClientView,
    OwnClientView,
    OwnerApplication,
    OwnerDetails,
    OwnerView,
    PartnerView,
    PastApplication,
    ReasonsRequest,
    ReasonView,
    WaitingApplication,
)
from contracts.api.owners import Flag as FlagView
from identity.application.clients import NewClient
from identity.domain.clients import Client
from identity.domain.names import Flag
from identity.domain.owners import Application, Contact, Owner, Reason
from identity.domain.partners import Partner
from runtime.listing import Part
from runtime.web.bodies import json_response
from runtime.web.listing import cursor_of
from runtime.web.problems import wrong_content

_ID: TypeAdapter[str] = TypeAdapter(Id)
T = TypeVar("T")


def path_id(request: web.Request, name: str) -> str:
    """An id in the path; 422 for one that no id can be."""
    try:
        return _ID.validate_python(request.match_info[name])
    except ValidationError as wrong:
        raise wrong_content(wrong, where=name) from None


def application_of(body: OwnerApplication) -> Application:
    """What an owner applies with."""
    contact = Contact(body.contact.name, body.contact.email, body.contact.phone or "")
    return Application(body.name, body.kind, contact, body.statement or "")


def reasons_of(body: ReasonsRequest | ApprovalRequest) -> list[Reason]:
    """The reasons of a verdict."""
    return [Reason(reason.message, reason.field or "") for reason in body.reasons]


def owner_view(owner: Owner) -> OwnerView:
    """An owner."""
    waiting = owner.application
    return OwnerView(
        owner_id=owner.owner_id,
        name=owner.name,
        kind=owner.kind,
        status=owner.status,
        reasons=_reasons(owner.reasons),
        contact=_contact(owner.contact),
        application=WaitingApplication(
            name=waiting.name, kind=waiting.kind, statement=waiting.statement or None
        )
        if waiting
        else None,
        version=owner.version,
    )


def listed_owner(owner: Owner, flags: Iterable[Flag]) -> ListedOwner:
    """An owner as operators see it."""
    shown = [FlagView(field=flag.field, message=flag.message) for flag in flags]
    return ListedOwner(**dict(owner_view(owner)), flags=shown)


def owner_details(owner: Owner, flags: Iterable[Flag]) -> OwnerDetails:
    """An owner with its earlier applications."""
    past = [
        PastApplication(
            name=one.application.name,
            kind=one.application.kind,
            contact=_contact(one.application.contact),
            statement=one.application.statement or None,
            applied_at=one.applied_at,
            outcome=one.outcome,
            decided_at=one.decided_at,
            reasons=_reasons(one.reasons),
        )
        for one in reversed(owner.history)
    ]
    return OwnerDetails(**dict(listed_owner(owner, flags)), applications=past)


def _reasons(reasons: Iterable[Reason]) -> list[ReasonView]:
    return [ReasonView(field=reason.field or None, message=reason.message) for reason in reasons]


def _contact(contact: Contact) -> ContactRequest:
    return ContactRequest.model_construct(name=contact.name, email=contact.email, phone=contact.phone or None)


def owner_answer(owner: Owner, status: int = 200) -> web.Response:
    """An owner, with its version as ETag."""
    return json_response(owner_view(owner), status, {"ETag": f'"{owner.version}"'})


def partner_view(partner: Partner) -> PartnerView:
    """A host or a creator."""
    return PartnerView(
        id=partner.partner_id,
        name=partner.name,
        suspended=partner.suspended,
        reasons=list(partner.reasons),
        version=partner.version,
        return_origins=list(partner.return_origins),
    )


def client_view(client: Client) -> OwnClientView:
    """A client."""
    return OwnClientView.model_validate(_client_fields(client))


def new_client_view(new: NewClient) -> NewClientView:
    """A client with its new secret."""
    return NewClientView.model_validate(_client_fields(new.client) | {"client_secret": new.secret})


def _client_fields(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "name": client.name,
        "role": client.role,
        "old_secret_ends_at": client.secrets.old_ends_at,
        "version": client.version,
    }


def page_answer(request: web.Request, found: Part[T], view: Callable[[T], Answer]) -> web.Response:
    """A page of a list."""
    items, next_cursor = found.each(view).items, cursor_of(request, found.following)
    return json_response(Page[Any](items=items, next_cursor=next_cursor))
