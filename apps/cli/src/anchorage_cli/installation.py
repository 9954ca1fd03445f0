"""Where the installation is: from ANCHORAGE_* variables, or from the `demo.json` that `make run` writes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEMO_FILE = Path(os.environ.get("ANCHORAGE_DATA", ".data")) / "demo.json"


@dataclass(frozen=True, slots=True)
class Installation:
    """Kafka, MongoDB, the prefix before names, and the folder of traces."""

    kafka: str
    mongodb: str
    prefix: str
    traces: Path


def installation() -> Installation:
    """Raises SystemExit with what to set when nothing says where it is."""
    demo = read_demo() if DEMO_FILE.exists() else {}
    kafka = os.environ.get("ANCHORAGE_KAFKA", demo.get("kafka"))
    mongodb = os.environ.get("ANCHORAGE_MONGODB_URI", demo.get("mongodb"))
    if not kafka or not mongodb:
        raise SystemExit(
            f"No running installation found: start one with `make run` ({DEMO_FILE} is written when it is ready), "
            "or set ANCHORAGE_KAFKA and ANCHORAGE_MONGODB_URI."
        )
    prefix = os.environ.get("ANCHORAGE_PREFIX", demo.get("prefix", ""))
    traces = Path(os.environ.get("ANCHORAGE_TRACE_DIR", DEMO_FILE.parent / "traces"))
    return Installation(kafka, mongodb, prefix, traces)


def read_demo() -> dict[str, Any]:
    """The demo's addresses, clients and secrets; raises SystemExit when there is none."""
    if not DEMO_FILE.exists():
        raise SystemExit(f"{DEMO_FILE} is not there: start the demo with `make run` and try again.")
    try:
        demo: dict[str, Any] = json.loads(DEMO_FILE.read_text(encoding="utf-8"))
    except ValueError:
        raise SystemExit(
            f"{DEMO_FILE} is not readable JSON: start the demo again with `make run`, which writes it."
        ) from None
    return demo
