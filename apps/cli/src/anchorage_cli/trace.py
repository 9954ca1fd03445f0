"""`anchorage trace ID`: one request's path through gateway, services and Kafka, from the spans that services wrote."""

from __future__ import annotations

import argparse
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from anchorage_cli.installation import installation
from anchorage_cli.output import print_json

Span = dict[str, Any]


def spans_of(folder: Path, trace_id: str) -> list[Span]:
    """All finished spans of a trace, earliest first."""
    wanted = trace_id.encode()
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as lines:
            found += [orjson.loads(line) for line in lines if wanted in line and line.endswith(b"\n")]
    return sorted((s for s in found if s["trace_id"] == trace_id), key=lambda span: int(span["start_ns"]))


def tree(spans: list[Span]) -> Iterator[str]:
    """One line for each span, children under their parent; Kafka hops are marked."""
    children: dict[str | None, list[Span]] = defaultdict(list)
    known = {span["span_id"] for span in spans}
    for span in spans:
        children[span["parent_id"] if span["parent_id"] in known else None].append(span)
    start = min((span["start_ns"] for span in spans), default=0)

    def lines(parent: str | None, depth: int) -> Iterator[str]:
        for span in children[parent]:
            after, took = (span["start_ns"] - start) / 1e6, (span["end_ns"] - span["start_ns"]) / 1e6
            hop = (
                f"  ⇠ kafka {span['attributes']['messaging.destination.name']}"
                if span["kind"] == "CONSUMER"
                else ""
            )
            yield f"{after:9.1f} ms  {'  ' * depth}{span['service']}: {span['name']} ({took:.1f} ms){hop}"
            yield from lines(span["span_id"], depth + 1)

    yield from lines(None, 0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "trace_id", type=_trace_id, help="32 hexadecimal digits, as in the answer's traceparent header"
    )


def _trace_id(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a trace id; write the 32 hexadecimal digits in the middle of a traceparent header"
        )
    return text


def run(arguments: argparse.Namespace) -> int:
    """Print the tree."""
    spans = spans_of(installation().traces, arguments.trace_id)
    if not spans:
        print(
            "No span of this trace was recorded here (is it sampled? are the services of this folder running?)",
            file=sys.stderr,
        )
        return 1
    if arguments.json:
        print_json(*spans)
        return 0
    print(*tree(spans), sep="\n")
    return 0
