"""The command line: `python -m anchorage_local run|stop|infra|fetch`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from types import FrameType

import psutil
from pydantic import ValidationError

from anchorage_demo.seed import SeedFailed
from anchorage_local.console import say
from anchorage_local.fetch import FetchFailed
from anchorage_local.files import write_whole
from anchorage_local.infra import Infrastructure, allow_many_files
from anchorage_local.ports import PortTaken, claim, free_port
from anchorage_local.process import StartFailed
from anchorage_local.run import run
from anchorage_local.services import STAGES, NotInstalled
from anchorage_local.settings import LocalSettings
from anchorage_local.supervisor import LOOK_EVERY, Supervisor
from anchorage_local.turn import AlreadyRunning, stop_run

EXPECTED = (SeedFailed, PortTaken, StartFailed, FetchFailed, NotInstalled, AlreadyRunning, TimeoutError)
"""Errors whose text is all that the person needs."""


class Stop(BaseException):
    """A signal has asked for an end."""


def raise_stop(number: int, frame: FrameType | None) -> None:
    """Handles the first signal that asks for an end; further ones no longer disturb the stopping."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stop


def infra(options: argparse.Namespace, settings: LocalSettings) -> None:
    """Run Kafka and MongoDB alone, in the foreground, until Ctrl-C or SIGTERM."""
    allow_many_files()
    kafka_port, mongodb_port = options.kafka_port or free_port(), options.mongo_port or free_port()
    claim(kafka_port, "Kafka", "--kafka-port")
    claim(mongodb_port, "MongoDB", "--mongo-port")
    folder: Path = options.dir
    pair = Infrastructure(
        folder,
        settings.cache or folder / "runtime",
        kafka_port=kafka_port,
        mongodb_port=mongodb_port,
        say=say,
    )
    addresses = folder / "infra.json"
    addresses.unlink(missing_ok=True)
    supervisor = Supervisor(say)
    try:
        supervisor.start(pair.parts)
        write_whole(addresses, json.dumps({"kafka": pair.kafka.bootstrap, "mongodb": pair.mongodb.uri}))
        say(f"Kafka   {pair.kafka.bootstrap}\nMongoDB {pair.mongodb.uri}\nCtrl-C stops both.")
        while options.while_pid is None or psutil.pid_exists(options.while_pid):
            supervisor.look()
            time.sleep(LOOK_EVERY)
    finally:
        addresses.unlink(missing_ok=True)
        supervisor.stop()


def fetch(options: argparse.Namespace, settings: LocalSettings) -> None:
    """Fetch Kafka and MongoDB, and start nothing."""
    Infrastructure(settings.data, settings.programs, kafka_port=0, mongodb_port=0, say=say).fetch()


def arguments() -> argparse.ArgumentParser:
    """What can be asked for."""
    parser = argparse.ArgumentParser(prog="python -m anchorage_local", description=__doc__)
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("run", help="start everything and keep it running")
    command.add_argument("--only", nargs="+", choices=STAGES, default=(), help="of the services, only these")
    command.set_defaults(do=lambda options, settings: run(settings, say, options.only))

    command = commands.add_parser("stop", help="stop what `run` started elsewhere")
    command.set_defaults(do=lambda _, settings: stop_run(settings.data, say))

    command = commands.add_parser("infra", help=infra.__doc__)
    command.add_argument("--dir", type=Path, default=Path(".data"), help="where data and logs are kept")
    command.add_argument("--kafka-port", type=int, default=29092, help="0: any free port")
    command.add_argument("--mongo-port", type=int, default=27117, help="0: any free port")
    command.add_argument("--while-pid", type=int, help="stop when the process with this id is gone")
    command.set_defaults(do=infra)

    command = commands.add_parser("fetch", help=fetch.__doc__)
    command.set_defaults(do=fetch)
    return parser


def main() -> int:
    """Do what the arguments say; 0 also after an end that was asked for."""
    options = arguments().parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_stop)
    try:
        options.do(options, LocalSettings())
    except Stop:
        return 0
    except ValidationError as error:
        wrong = "; ".join(f"ANCHORAGE_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        print(f"error: {wrong}", file=sys.stderr, flush=True)
        return 2
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
