"""The command line: `python -m anchorage_local run|stop|infra|fetch`."""

from __future__ import annotations

import argparse
import errno
import json
import os
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
from anchorage_local.files import write_atomically
from anchorage_local.infra import Infrastructure, allow_many_files
from anchorage_local.overrides import CannotBeSet
from anchorage_local.platforms import problem_here
from anchorage_local.ports import PortTaken, ensure_free, free_port
from anchorage_local.process import StartFailed
from anchorage_local.run import run
from anchorage_local.run_lock import AlreadyRunning, stop_run
from anchorage_local.services import STAGES, NotInstalled
from anchorage_local.settings import LocalSettings
from anchorage_local.supervisor import CHECK_INTERVAL, Supervisor

EXPECTED = (
    SeedFailed, PortTaken, StartFailed, FetchFailed, NotInstalled, AlreadyRunning, CannotBeSet, TimeoutError,
)  # fmt: skip
"""Errors whose text is enough for the user."""

PRIVATE_UMASK = 0o077
"""Everything that an installation writes, logs and traces too, is its owner's alone. Its child processes inherit this."""

STORAGE_ERRORS = {
    errno.ENOSPC: "the disk is full; free some space, then start again",
    errno.EDQUOT: "your disk quota is used up; free some space, then start again",
    errno.EROFS: "the file system is read-only; choose another folder with ANCHORAGE_DATA=<folder>",
    errno.EACCES: "a file may not be read or written; change its rights, or choose another folder with ANCHORAGE_DATA=<folder>",
}
"""What the user can do about an error of the file system."""


class Stop(BaseException):
    """A signal asked this process to stop."""


def raise_stop(number: int, frame: FrameType | None) -> None:
    """Handles the first stop signal, and ignores further ones while everything stops."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stop


def start(options: argparse.Namespace, settings: LocalSettings) -> None:
    """Start everything, and keep it running in the foreground until Ctrl-C or SIGTERM."""
    require_platform()
    run(settings, say, options.only, with_demo=options.demo == "yes")


def require_platform() -> None:
    """Raises StartFailed where Kafka and MongoDB cannot be started."""
    if problem := problem_here():
        raise StartFailed(problem)


def infra(options: argparse.Namespace, settings: LocalSettings) -> None:
    """Run Kafka and MongoDB alone, in the foreground, until Ctrl-C or SIGTERM."""
    require_platform()
    allow_many_files()
    kafka_port = _first(options.kafka_port, settings.kafka_port) or free_port()
    mongodb_port = _first(options.mongo_port, settings.mongodb_port) or free_port()
    ensure_free(kafka_port, "Kafka", "--kafka-port")
    ensure_free(mongodb_port, "MongoDB", "--mongo-port")
    folder: Path = options.dir or settings.data
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
        pair.fetch()
        supervisor.start(pair.parts)
        write_atomically(addresses, json.dumps({"kafka": pair.kafka.bootstrap, "mongodb": pair.mongodb.uri}))
        say(f"Kafka   {pair.kafka.bootstrap}\nMongoDB {pair.mongodb.uri}\nCtrl-C stops both.")
        while options.while_pid is None or psutil.pid_exists(options.while_pid):
            supervisor.check()
            time.sleep(CHECK_INTERVAL)
    finally:
        addresses.unlink(missing_ok=True)
        supervisor.stop()


def fetch(options: argparse.Namespace, settings: LocalSettings) -> None:
    """Download Kafka and MongoDB; start nothing."""
    require_platform()
    Infrastructure(settings.data, settings.programs, kafka_port=0, mongodb_port=0, say=say).fetch()


def _first(option: int | None, setting: int) -> int:
    return setting if option is None else option


def arguments() -> argparse.ArgumentParser:
    """The commands with their options."""
    parser = argparse.ArgumentParser(prog="python -m anchorage_local", description=__doc__)
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("run", help=start.__doc__)
    command.add_argument("--only", nargs="+", choices=STAGES, default=(), help="of the services, only these")
    command.add_argument("--demo", choices=("yes", "no"), default="yes", help="no: start without demo data")
    command.set_defaults(do=start)

    command = commands.add_parser("stop", help="stop what `run` started elsewhere")
    command.set_defaults(do=lambda _, settings: stop_run(settings.data, say))

    command = commands.add_parser("infra", help=infra.__doc__)
    command.add_argument("--dir", type=Path, help="folder for data and logs (ANCHORAGE_DATA)")
    command.add_argument("--kafka-port", type=int, help="0: any free port (ANCHORAGE_KAFKA_PORT)")
    command.add_argument("--mongo-port", type=int, help="0: any free port (ANCHORAGE_MONGODB_PORT)")
    command.add_argument("--while-pid", type=int, help="stop when the process with this id ends")
    command.set_defaults(do=infra)

    command = commands.add_parser("fetch", help=fetch.__doc__)
    command.set_defaults(do=fetch)
    return parser


def main() -> int:
    """Run the command; a requested stop also returns 0."""
    options = arguments().parse_args()
    os.umask(PRIVATE_UMASK)
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
    except OSError as error:
        if error.errno not in STORAGE_ERRORS:
            raise
        print(f"error: {STORAGE_ERRORS[error.errno]}: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
