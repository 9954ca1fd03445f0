"""`anchorage`: the operator's command line."""

from __future__ import annotations

import argparse
import io
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Protocol

import aiohttp
from aiokafka.errors import KafkaConnectionError, KafkaError
from pymongo.errors import PyMongoError

from anchorage_cli import audit, dlq, joining, order, orders, reconcile, search, status, story, trace
from anchorage_cli.backup import restore, take
from anchorage_cli.command_line import Parser
from anchorage_cli.doctor import command as doctor
from anchorage_cli.errors import Refused
from runtime.errors import redacted


class Command(Protocol):
    """A module or an object that is a command; its docstring is its help."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


COMMANDS: dict[str, tuple[Command, str]] = {
    "status": (status, "all processes, relays, consumers, dead letters and payments on one screen"),
    "audit": (audit, "check the invariants over databases and streams"),
    "dlq": (dlq, "list, show and replay dead letters"),
    "operator": (joining.OPERATOR, "add an operator's client"),
    "host": (joining.HOST, "add a host app with its first client"),
    "creator": (joining.CREATOR, "add a creator with its first client"),
    "owner": (joining.OWNER, "add a verified owner with its first client"),
    "order": (order, "an order's whole story over databases and streams, and what it waits for"),
    "orders": (orders, "list what has stalled: orders, refunds, reservations, trades, payouts"),
    "reconcile": (reconcile, "compare a day's ledger and trades with Alipay's bill"),
    "search": (search, "rebuild the search index from the streams"),
    "trace": (trace, "print a trace from gateway to the last effect"),
    "doctor": (doctor, "check keys, clocks, addresses, DNS, TLS, Kafka, MongoDB, and ask Alipay a question"),
    "backup": (take, "all databases at one moment, with the offsets that belong to it, into a folder"),
    "restore": (restore, "a backup into an empty installation"),
    "demo": (story, "play the demo's story against a running installation"),
}
PACKAGE = "anchorage-cli"
"""Its version is that of the whole project."""
FAILED = 2
"""Exit code of a command that could not do its work."""


def command_line() -> Parser:
    """The parser of all commands."""
    parser = Parser(prog="anchorage", description=__doc__)
    parser.add_argument("--version", action="version", version=f"anchorage {version(PACKAGE)}")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (module, help_text) in COMMANDS.items():
        module.add_arguments(commands.add_parser(name, help=help_text, description=module.__doc__))
    parser.add_json()
    return parser


def main(args: Sequence[str] | None = None) -> int:
    """Run the named command; its exit code becomes the process's. What prevents its work is one sentence on standard error."""
    _print_everywhere()
    for chatty in ("aiokafka", "pymongo", "aiohttp", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    arguments = command_line().parse_args(args)
    try:
        return COMMANDS[arguments.command][0].run(arguments)
    except BrokenPipeError:
        sys.stderr.close()  # the reader has seen enough: `anchorage dlq list | head`
        return FAILED
    except (KafkaError, PyMongoError, aiohttp.ClientError, OSError, Refused) as error:
        print(f"anchorage {arguments.command}: {_explained(error)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return 130


def _print_everywhere() -> None:
    """Characters that the terminal's encoding lacks are printed escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _explained(error: Exception) -> str:
    match error:
        case Refused():
            return str(error)
        case KafkaConnectionError():
            return "Kafka does not answer; is the installation running, and is ANCHORAGE_KAFKA its address?"
        case KafkaError():
            return f"Kafka refused: {redacted(error)}"
        case PyMongoError():
            return (
                f"MongoDB does not answer or refused ({type(error).__name__}); is the installation running, and is "
                "ANCHORAGE_MONGODB_URI its address?"
            )
        case TimeoutError():
            return "no answer in time; is the installation running?"
        case OSError(filename=str() as path, strerror=str() as why):
            return f"cannot read {path}: {why}"
        case _:
            return f"the installation does not answer: {redacted(error)}"


if __name__ == "__main__":
    sys.exit(main())
