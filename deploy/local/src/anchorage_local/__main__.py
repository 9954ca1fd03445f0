"""The command line: `python -m anchorage_local infra|…`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from anchorage_local.fetch import FetchFailed
from anchorage_local.infra import Infrastructure
from anchorage_local.ports import PortTaken, claim
from anchorage_local.process import StartFailed


def say(text: str) -> None:
    print(text, flush=True)


def infra(options: argparse.Namespace) -> None:
    """Run Kafka and MongoDB alone, in the foreground, until Ctrl-C or SIGTERM."""
    claim(options.kafka_port, "Kafka", "--kafka-port")
    claim(options.mongo_port, "MongoDB", "--mongo-port")
    cache = Path(os.environ.get("ANCHORAGE_CACHE", options.dir / "runtime"))
    with Infrastructure(
        options.dir, cache, kafka_port=options.kafka_port, mongo_port=options.mongo_port, say=say
    ) as pair:
        say(f"Kafka   {pair.kafka.bootstrap}\nMongoDB {pair.mongodb.uri}\nCtrl-C stops both.")
        while (ended := pair.ended()) is None:
            time.sleep(0.5)
        raise StartFailed(f"{ended.name} has ended by itself\n{ended.log_tail()}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m anchorage_local", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("infra", help=infra.__doc__)
    command.add_argument("--dir", type=Path, default=Path(".data"), help="where data and logs are kept")
    command.add_argument("--kafka-port", type=int, default=29092)
    command.add_argument("--mongo-port", type=int, default=27117)
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
