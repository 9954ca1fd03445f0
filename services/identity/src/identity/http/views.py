"""Requests become what the use cases take, and their results become answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from contracts.api.common import Answer, Id, Page
from contracts.api.owners import (
    ContactRequest,
    NewClientView,
    OwnClientView,
    OwnerApplication,
    OwnerView,
    PartnerView,
    ReasonsRequest,
    ReasonView,
    WaitingApplication,
)
from identity.application.clients import NewClient
from identity.domain.clients import Client
from identity.domain.owners import Application, Contact, Owner, Reason
from identity.domain.partners import Partner
from runtime.web.bodies import json_response
from runtime.web.cursors import read_cursor, write_cursor
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


def reasons_of(body: ReasonsRequest) -> list[Reason]:
    """The reasons of a verdict."""
    return [Reason(reason.message, reason.field or "") for reason in body.reasons]


def owner_view(owner: Owner) -> OwnerView:
    """An owner."""
    contact, waiting = owner.contact, owner.application
    return OwnerView(
        owner_id=owner.owner_id,
        name=owner.name,
        kind=owner.kind,
        status=owner.status,
        reasons=[ReasonView(field=reason.field or None, message=reason.message) for reason in owner.reasons],
        contact=ContactRequest.model_construct(
            name=contact.name, email=contact.email, phone=contact.phone or None
        ),
        application=WaitingApplication(
            name=waiting.name, kind=waiting.kind, statement=waiting.statement or None
        )
        if waiting
        else None,
        version=owner.version,
    )


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
    }


def cursor_position(cursor: str | None) -> str | None:
    """The id after which the page begins."""
    return None if cursor is None else str(read_cursor(cursor, str)[0])


def page_answer(
    found: Sequence[T], limit: int, id_of: Callable[[T], str], view: Callable[[T], Answer]
) -> web.Response:
    """A page of `limit` items, of which one more was looked for."""
    shown = found[:limit]
    cursor = write_cursor(id_of(shown[-1])) if len(found) > limit else None
    return json_response(Page[Any](items=[view(one) for one in shown], next_cursor=cursor))
