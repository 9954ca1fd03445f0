"""`anchorage search rebuild`: builds a new search index from the start of the streams while the old one answers.

Prints the progress until the new index replaces the old one, then exits with 0; with 1 when the rebuild failed (the old
index keeps answering), with 2 when it could not be started or followed. Each replica has its own index: `--search` names one,
the gateway picks any.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable

import aiohttp

from anchorage_cli.errors import Refused
from anchorage_cli.operator import Json, Operator, operator
from anchorage_cli.output import print_json

DONE, FAILED, UNKNOWN = 0, 1, 2
POLL_INTERVAL_SECONDS = 0.5
PATIENCE = aiohttp.ClientTimeout(total=30)
PATH = "/v1/ops/search/rebuild"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True)
    rebuild = actions.add_parser("rebuild", help="build a new index, and wait until it answers")
    rebuild.add_argument("--gateway", help="address of the gateway (ANCHORAGE_PUBLIC_URL)")
    rebuild.add_argument(
        "--search", help="address of one search replica (ANCHORAGE_SEARCH_URL), else the gateway's"
    )


def run(arguments: argparse.Namespace) -> int:
    """Rebuild; the exit code says how it ended."""
    try:
        return asyncio.run(_rebuild(arguments))
    except (Refused, aiohttp.ClientError, TimeoutError) as why:
        print(f"The state of the rebuild is unknown: {why}", file=sys.stderr)
        return UNKNOWN


async def _rebuild(arguments: argparse.Namespace) -> int:
    async with operator(arguments.gateway, PATIENCE) as as_operator:
        url = (arguments.search or os.environ.get("ANCHORAGE_SEARCH_URL") or as_operator.gateway) + PATH
        began = time.monotonic()
        now = await as_operator.call("POST", url)
        say = print_json if arguments.json else _say
        say(now)
        now = await _watched(as_operator, url, say)
    say(now | {"seconds": round(time.monotonic() - began, 1)})
    return DONE if now["status"] == "done" else FAILED


def _say(now: Json) -> None:
    """A state in words."""
    match now["status"]:
        case "done":
            print(f"the new index answers: {now['products']:,} products, after {now['seconds']:.1f} s")
        case "rebuilding" if now["to_read"]:
            print(f"{now['read']:,} of {now['to_read']:,} records read", flush=True)
        case "rebuilding":
            print(f"{now['products']:,} products in the current index; a new one is being built", flush=True)
        case _:
            print(f"The rebuild failed; the old index keeps answering: {now['reason']}", file=sys.stderr)


async def _watched(as_operator: Operator, url: str, say: Callable[[Json], None]) -> Json:
    """The final state; says each step."""
    said: Json = {}
    while True:
        now = await as_operator.call("GET", url)
        if now["status"] == "none":
            raise Refused(
                "this replica knows of no rebuild: it was restarted, or another replica is rebuilding"
            )
        if now["status"] != "rebuilding":
            return now
        if now["to_read"] and now != said:
            say(now)
            said = now
        await asyncio.sleep(POLL_INTERVAL_SECONDS)
