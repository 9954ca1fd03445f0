"""`python -m alipay_sandbox` serves; `python -m alipay_sandbox keys --dir DIR` creates the key files."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

import uvloop

from alipay_sandbox.adapters.key_files import make_key_files
from alipay_sandbox.app import Server
from alipay_sandbox.settings import Settings
from runtime.logs import configure_logging
from runtime.web.connections import raise_descriptor_limit

_log = logging.getLogger(__name__)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="alipay_sandbox", description="A simulator of Alipay's gateway protocol."
    )
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="serve; settings come from the environment (default)")
    keys = commands.add_parser("keys", help="create missing key files")
    keys.add_argument("--dir", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.command == "keys":
        for file in make_key_files(arguments.dir):
            print(f"created {file}")
    else:
        raise_descriptor_limit()
        uvloop.run(_serve())


async def _serve() -> None:
    settings = Settings()
    configure_logging("alipay_sandbox", settings.log_level)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    async with Server(settings) as server:
        _log.info("serving", extra={"url": server.url})
        await ended.wait()


if __name__ == "__main__":
    main()
