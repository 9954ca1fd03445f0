"""`anchorage search rebuild`: a new search index from the beginning of the streams, beside the one that answers.

Prints how far it is until the new index has taken the old one's place, and exits with 0 then; with 1 when the rebuild
failed (what was there goes on answering), 2 when it could not be asked for or watched. Each replica has an index of its own:
`--search` names one, the gateway takes any.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence

import aiohttp

from anchorage_cli.operator import Json, Operator, Refused, operator

DONE, FAILED, UNKNOWN = 0, 1, 2
LOOK_AGAIN_SECONDS = 0.5
PATIENCE = aiohttp.ClientTimeout(total=30)
PATH = "/v1/ops/search/rebuild"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    actions = parser.add_subparsers(dest="action", required=True)
    rebuild = actions.add_parser("rebuild", help="make a new index, and wait until it answers")
    rebuild.add_argument("--gateway", help="address of the gateway (ANCHORAGE_PUBLIC_URL)")
    rebuild.add_argument(
        "--search", help="address of one search replica (ANCHORAGE_SEARCH_URL), else the gateway's"
    )


def run(arguments: argparse.Namespace) -> int:
    """Rebuild, and say by the exit code how it ended."""
    try:
        return asyncio.run(_rebuild(arguments))
    except (Refused, aiohttp.ClientError, TimeoutError) as why:
        print(f"How the rebuild goes is not known: {why}", file=sys.stderr)
        return UNKNOWN


def main(args: Sequence[str] | None = None) -> int:
    """The command on its own."""
    parser = argparse.ArgumentParser(prog="anchorage search", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(args))


async def _rebuild(arguments: argparse.Namespace) -> int:
    async with operator(arguments.gateway, PATIENCE) as asking:
        url = (arguments.search or os.environ.get("ANCHORAGE_SEARCH_URL") or asking.gateway) + PATH
        began = time.monotonic()
        now = await asking.call("POST", url)
        print(f"{now['products']:,} products in the index that answers; a new one is being made", flush=True)
        now = await _watched(asking, url)
    if now["status"] != "done":
        print(f"The rebuild failed, and the old index goes on answering: {now['reason']}", file=sys.stderr)
        return FAILED
    print(f"the new index answers: {now['products']:,} products, after {time.monotonic() - began:.1f} s")
    return DONE


async def _watched(asking: Operator, url: str) -> Json:
    """How it stands once it has ended; each step is printed."""
    told = ""
    while True:
        now = await asking.call("GET", url)
        if now["status"] == "none":
            raise Refused(
                "this replica knows of no rebuild: it was started again, or another one was asked for it"
            )
        if now["status"] != "rebuilding":
            return now
        line = f"{now['read']:,} of {now['to_read']:,} records read"
        if now["to_read"] and line != told:
            print(line, flush=True)
            told = line
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
