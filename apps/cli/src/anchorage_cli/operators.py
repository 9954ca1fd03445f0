"""`anchorage operator add NAME`: adds an operator's client and prints `{"client_id", "client_secret"}`, which is shown once.

It calls the platform as the first operator, whom identity knows from `ANCHORAGE_OPS_CLIENT_ID` and
`ANCHORAGE_OPS_CLIENT_SECRET`. Exit code 0, or 2 when the client could not be added.
"""

from __future__ import annotations

import argparse
import asyncio
import json

import aiohttp

from anchorage_cli.operator import Json, operator

DONE = 0
PATIENCE = aiohttp.ClientTimeout(total=30)
PATH = "/v1/ops/clients"
ROLES = ("admin", "catalogue", "orders", "finance", "read")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True)
    add = actions.add_parser("add", help="add an operator's client and print its id and its secret")
    add.add_argument("name", help="whom the client is for")
    add.add_argument("--role", choices=ROLES, default="admin", help="what it may do (admin)")
    add.add_argument("--gateway", help="address of the gateway (ANCHORAGE_PUBLIC_URL)")


def run(arguments: argparse.Namespace) -> int:
    """Add the client and print it. Raises Refused."""
    print(json.dumps(asyncio.run(add(arguments.name, arguments.role, arguments.gateway))))
    return DONE


async def add(name: str, role: str, gateway: str | None = None) -> Json:
    """The new client's id and secret. Raises Refused."""
    async with operator(gateway, PATIENCE) as as_operator:
        added = await as_operator.call("POST", as_operator.gateway + PATH, {"name": name, "role": role})
    return {"client_id": added["client_id"], "client_secret": added["client_secret"]}
