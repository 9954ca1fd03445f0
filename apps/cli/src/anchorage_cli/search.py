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
from collections.abc import Sequence

import aiohttp

from anchorage_cli.operator import Json, Operator, Refused, operator

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


def main(args: Sequence[str] | None = None) -> int:
    """Run this command alone."""
    parser = argparse.ArgumentParser(prog="anchorage search", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(args))


async def _rebuild(arguments: argparse.Namespace) -> int:
    async with operator(arguments.gateway, PATIENCE) as as_operator:
        url = (arguments.search or os.environ.get("ANCHORAGE_SEARCH_URL") or as_operator.gateway) + PATH
        began = time.monotonic()
        now = await as_operator.call("POST", url)
        print(f"{now['products']:,} products in the current index; a new one is being built", flush=True)
        now = await _watched(as_operator, url)
    if now["status"] != "done":
        print(f"The rebuild failed; the old index keeps answering: {now['reason']}", file=sys.stderr)
        return FAILED
    print(f"the new index answers: {now['products']:,} products, after {time.monotonic() - began:.1f} s")
    return DONE


async def _watched(as_operator: Operator, url: str) -> Json:
    """The final state; prints each step."""
    printed = ""
    while True:
        now = await as_operator.call("GET", url)
        if now["status"] == "none":
            raise Refused(
                "this replica knows of no rebuild: it was restarted, or another replica is rebuilding"
            )
        if now["status"] != "rebuilding":
            return now
        line = f"{now['read']:,} of {now['to_read']:,} records read"
        if now["to_read"] and line != printed:
            print(line, flush=True)
            printed = line
        await asyncio.sleep(POLL_INTERVAL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
