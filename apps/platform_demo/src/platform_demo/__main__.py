"""The command line: `python -m platform_demo serve|push|reconcile|price|stock|withdraw|secret`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys

from platform_demo.app import Parts, parts_of, serve
from platform_demo.catalogue import WrongCatalogue
from platform_demo.gateway import Away, Refused
from platform_demo.receiving import NoWebhook
from platform_demo.settings import Settings, WrongSettings, read_settings
from platform_demo.shelf import UnknownSku

NOT_FOUND = 404
TRIES, PAUSE_SECONDS = 5, 2


async def push(parts: Parts, options: argparse.Namespace) -> None:
    """Send products and stock that Anchorage does not have."""
    await _push(parts, allow_mass_removal=options.allow_mass_removal)
    for run in reversed(parts.book.newest("run", 5)):
        print(
            f"{run['mini_program_id']} {run['mode']}: {run['status']}, {run['accepted']} of {run['lines']} lines accepted"
        )


async def reconcile(parts: Parts, _: argparse.Namespace) -> None:
    """Compare orders, products and stock with Anchorage, mend what differs, and list it."""
    found = await parts.reconciler.reconcile()
    for row in reversed(parts.book.newest("difference", found)):
        print(f"{row['subject']}: {row['what']} ({row['mended']})")
    print(f"differences: {found}")


async def price(parts: Parts, options: argparse.Namespace) -> None:
    """Sell a SKU at another price."""
    parts.shelf.set_price(options.sku_id, options.fen)
    await _push(parts)


async def stock(parts: Parts, options: argparse.Namespace) -> None:
    """Give Anchorage more pieces of a SKU, or take some back."""
    parts.shelf.allot(options.sku_id, options.change)
    await _push(parts)


async def withdraw(parts: Parts, options: argparse.Namespace) -> None:
    """Take a product off sale."""
    parts.shelf.withdraw(options.product_id)
    await _push(parts)


async def secret(parts: Parts, _: argparse.Namespace) -> None:
    """Get a new secret for the webhook."""
    await parts.receiver.renew_secret()


async def _push(parts: Parts, *, allow_mass_removal: bool = False) -> None:
    """Retries a 404 a few times: not every service knows a shop that was released a moment ago."""
    for tries_left in reversed(range(TRIES)):
        try:
            await parts.pusher.push(parts.catalogue.shops, allow_mass_removal=allow_mass_removal)
        except Refused as refused:
            if refused.status != NOT_FOUND or not tries_left:
                raise
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return


def arguments() -> argparse.ArgumentParser:
    """The commands with their options."""
    parser = argparse.ArgumentParser(
        prog="python -m platform_demo", description="Settings: PLATFORM_* variables."
    )
    commands = parser.add_subparsers(required=True)
    commands.add_parser("serve", help="run until Ctrl-C or SIGTERM").set_defaults(do=None)
    for do in (push, reconcile, price, stock, withdraw, secret):
        command = commands.add_parser(do.__name__, help=do.__doc__)
        command.set_defaults(do=do)
        if do is push:
            command.add_argument(
                "--allow-mass-removal", action="store_true", help="even if more than half go off sale"
            )
        if do in (price, stock):
            command.add_argument("sku_id")
        if do is price:
            command.add_argument("fen", type=int)
        if do is stock:
            command.add_argument("change", type=int, help="+5 or -5")
        if do is withdraw:
            command.add_argument("product_id")
    return parser


async def run(settings: Settings, options: argparse.Namespace) -> None:
    """Serve, or run a command."""
    if options.do is not None:
        async with parts_of(settings) as parts:
            await options.do(parts, options)
        return
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, stop)


def main() -> int:
    """The exit code: 0 if the command was done, 1 if Anchorage is away or refuses, 2 for a wrong argument or setting."""
    options = arguments().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.umask(0o077)  # the database holds addresses
    try:
        asyncio.run(run(read_settings(os.environ), options))
    except (WrongSettings, WrongCatalogue) as wrong:
        print(f"error: {wrong}", file=sys.stderr)
        return 2
    except UnknownSku as unknown:
        print(f"error: there is no SKU {unknown}", file=sys.stderr)
        return 2
    except (Away, NoWebhook, Refused) as failed:
        print(f"error: {failed}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
