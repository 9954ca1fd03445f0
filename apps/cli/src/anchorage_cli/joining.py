"""`anchorage operator|host|creator|owner add NAME`: who joins gets a client, whose id and secret are printed as JSON.

The secret is shown once. An owner that is added is verified; owners who apply by themselves are decided on with
`POST /v1/ops/owners/{owner_id}/approval`. The commands call the platform as the first operator, whom identity knows from
`ANCHORAGE_OPS_CLIENT_ID` and `ANCHORAGE_OPS_CLIENT_SECRET`. Exit code 0, or 2 when nobody could be added.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from anchorage_cli.operator import Json, Operator, operator
from anchorage_cli.output import print_json

DONE = 0
PATIENCE = aiohttp.ClientTimeout(total=30)
ROLES = ("admin", "catalogue", "orders", "finance", "read")
OWNER_KINDS = ("brand", "platform", "celebrity")
SHOWN = ("owner_id", "host_id", "creator_id", "client_id", "client_secret")


async def add_operator(as_operator: Operator, arguments: argparse.Namespace) -> Json:
    """An operator's client."""
    body = {"name": arguments.name, "role": arguments.role}
    return await as_operator.call("POST", as_operator.gateway + "/v1/ops/clients", body)


async def add_host(as_operator: Operator, arguments: argparse.Namespace) -> Json:
    """A host app with its first client."""
    return await as_operator.call("POST", as_operator.gateway + "/v1/ops/hosts", {"name": arguments.name})


async def add_creator(as_operator: Operator, arguments: argparse.Namespace) -> Json:
    """A creator with its first client."""
    return await as_operator.call("POST", as_operator.gateway + "/v1/ops/creators", {"name": arguments.name})


async def add_owner(as_operator: Operator, arguments: argparse.Namespace) -> Json:
    """A verified owner with its first client. It works where `ANCHORAGE_OPEN_REGISTRATION` is false, too."""
    owner_id, client_id = f"owner_{secrets.token_hex(8)}", f"client_{secrets.token_hex(8)}"
    client_secret = secrets.token_urlsafe(32)
    contact = {"name": arguments.contact or arguments.name, "email": arguments.email}
    application = {"name": arguments.name, "kind": arguments.kind, "contact": contact}
    client = {
        "name": arguments.name,
        "scope": "owner",
        "subject_id": owner_id,
        "role": "admin",
        "client_secret": client_secret,
    }
    ops = as_operator.gateway + "/v1/ops"
    await as_operator.call("PUT", f"{ops}/owners/{owner_id}", application)
    await as_operator.call("PUT", f"{ops}/clients/{client_id}", client)
    return {"owner_id": owner_id, "client_id": client_id, "client_secret": client_secret}


@dataclass(frozen=True, slots=True)
class Joining:
    """The command for one kind of those who join."""

    kind: str
    add: Callable[[Operator, argparse.Namespace], Awaitable[Json]]
    __doc__ = __doc__

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The command's options."""
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help=f"add the {self.kind} and print its id and its first client")
        add.add_argument("name", help="the name, as others see it")
        add.add_argument("--gateway", help="address of the gateway (ANCHORAGE_PUBLIC_URL)")
        if self.kind == "operator":
            add.add_argument("--role", choices=ROLES, default="admin", help="what it may do (admin)")
        if self.kind == "owner":
            add.add_argument("--kind", choices=OWNER_KINDS, required=True)
            add.add_argument("--email", required=True, help="an address that operators can write to")
            add.add_argument("--contact", help="the name of the person to write to (the owner's name)")

    def run(self, arguments: argparse.Namespace) -> int:
        """Add it and print its client. Raises Refused."""
        print_json(asyncio.run(self.joined(arguments)))
        return DONE

    async def joined(self, arguments: argparse.Namespace) -> Json:
        """The ids and the secret. Raises Refused."""
        async with operator(arguments.gateway, PATIENCE) as as_operator:
            added = await self.add(as_operator, arguments)
        return {name: added[name] for name in SHOWN if name in added}


OPERATOR = Joining("operator", add_operator)
HOST = Joining("host", add_host)
CREATOR = Joining("creator", add_creator)
OWNER = Joining("owner", add_owner)
