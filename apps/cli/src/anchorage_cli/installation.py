"""Where the installation is: from ANCHORAGE_* variables, or from the `demo.json` that `make run` writes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anchorage_cli.errors import Refused
from runtime.kafka.login import NO_LOGIN, KafkaLogin

DEMO_FILE = Path(os.environ.get("ANCHORAGE_DATA", ".data")) / "demo.json"


@dataclass(frozen=True, slots=True)
class Installation:
    """Kafka with the login to it, MongoDB, the prefix before names, and the folder of traces."""

    kafka: str
    mongodb: str
    prefix: str
    traces: Path
    login: KafkaLogin = NO_LOGIN

    @property
    def broker(self) -> dict[str, Any]:
        """How aiokafka's clients reach Kafka. Raises Refused if the file of the CA cannot be used."""
        try:
            return {"bootstrap_servers": self.kafka, **self.login.options()}
        except ValueError as error:
            raise Refused(f"ANCHORAGE_KAFKA_CA: {error}") from None
        except OSError as error:
            raise Refused(f"ANCHORAGE_KAFKA_CA: {self.login.ca} cannot be read: {error.strerror}") from None


def installation() -> Installation:
    """Raises Refused with what to set when nothing says where it is."""
    demo = read_demo() if DEMO_FILE.exists() else {}
    kafka = os.environ.get("ANCHORAGE_KAFKA", demo.get("kafka"))
    mongodb = os.environ.get("ANCHORAGE_MONGODB_URI", demo.get("mongodb"))
    if not kafka or not mongodb:
        raise Refused(
            f"no running installation found: start one with `make run` ({DEMO_FILE} is written when it is ready), "
            "or set ANCHORAGE_KAFKA and ANCHORAGE_MONGODB_URI"
        )
    prefix = os.environ.get("ANCHORAGE_PREFIX", demo.get("prefix", ""))
    traces = Path(os.environ.get("ANCHORAGE_TRACE_DIR", DEMO_FILE.parent / "traces"))
    return Installation(kafka, mongodb, prefix, traces, _login())


def read_demo() -> dict[str, Any]:
    """The demo's addresses, clients and secrets; raises Refused when there is none."""
    if not DEMO_FILE.exists():
        raise Refused(f"{DEMO_FILE} is not there: start the demo with `make run` and try again")
    try:
        demo: dict[str, Any] = json.loads(DEMO_FILE.read_text(encoding="utf-8"))
    except ValueError:
        raise Refused(
            f"{DEMO_FILE} is not readable JSON: start the demo again with `make run`, which writes it"
        ) from None
    return demo


def _login() -> KafkaLogin:
    """The services' own settings: ANCHORAGE_KAFKA_CA, …_USERNAME and …_PASSWORD."""
    ca = os.environ.get("ANCHORAGE_KAFKA_CA")
    try:
        return KafkaLogin(
            Path(ca) if ca else None,
            os.environ.get("ANCHORAGE_KAFKA_USERNAME", ""),
            os.environ.get("ANCHORAGE_KAFKA_PASSWORD", ""),
        )
    except ValueError as wrong:
        raise Refused(
            f"{wrong}: see ANCHORAGE_KAFKA_CA, ANCHORAGE_KAFKA_USERNAME and ANCHORAGE_KAFKA_PASSWORD"
        ) from None
