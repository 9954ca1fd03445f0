"""The command line: `python -m anchorage_local infra|…`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

import psutil

from anchorage_local.fetch import FetchFailed
from anchorage_local.infra import Infrastructure
from anchorage_local.ports import PortTaken, claim, free_port
from anchorage_local.process import StartFailed


def say(text: str) -> None:
    print(text, flush=True)


def infra(options: argparse.Namespace) -> None:
    """Run Kafka and MongoDB alone, in the foreground, until Ctrl-C or SIGTERM."""
    kafka_port, mongo_port = options.kafka_port or free_port(), options.mongo_port or free_port()
    claim(kafka_port, "Kafka", "--kafka-port")
    claim(mongo_port, "MongoDB", "--mongo-port")
    cache = Path(os.environ.get("ANCHORAGE_CACHE", options.dir / "runtime"))
    with Infrastructure(options.dir, cache, kafka_port=kafka_port, mongo_port=mongo_port, say=say) as pair:
        say(f"Kafka   {pair.kafka.bootstrap}\nMongoDB {pair.mongodb.uri}\nCtrl-C stops both.")
        addresses = options.dir / "infra.json"
        write_whole(addresses, json.dumps({"kafka": pair.kafka.bootstrap, "mongodb": pair.mongodb.uri}))
        try:
            while options.while_pid is None or psutil.pid_exists(options.while_pid):
                if ended := pair.ended():
                    raise StartFailed(f"{ended.name} has ended by itself\n{ended.log_tail()}")
                time.sleep(0.5)
        finally:
            addresses.unlink()


def write_whole(path: Path, text: str) -> None:
    """Write a file that others wait for: it appears with all its text or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_text(text)
    part.replace(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m anchorage_local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("infra", help=infra.__doc__)
    command.add_argument("--dir", type=Path, default=Path(".data"), help="where data and logs are kept")
    command.add_argument("--kafka-port", type=int, default=29092, help="0: any free port")
    command.add_argument("--mongo-port", type=int, default=27117, help="0: any free port")
    command.add_argument("--while-pid", type=int, help="stop when the process with this id is gone")
    command.set_defaults(run=infra)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        options.run(options)
    except KeyboardInterrupt:
        return 0
    except (PortTaken, StartFailed, FetchFailed) as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
