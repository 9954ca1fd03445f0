"""Settings of the platform, from PLATFORM_* variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from pathlib import Path

REQUIRED = ("PLATFORM_CLIENT_ID", "PLATFORM_CLIENT_SECRET", "PLATFORM_CATALOGUE")


class WrongSettings(Exception):
    """A variable is missing or wrong; the text names it."""


@dataclass(frozen=True)
class Settings:
    """All settings. `refund_at_once` is in fen, `reconcile_at` in Beijing time."""

    client_id: str
    client_secret: str
    catalogue: str
    """A file, or the name of a catalogue of this package: `huaiyu` or `chenglu`."""
    gateway: str
    database: Path
    host: str
    port: int
    webhook_url: str
    """Where Anchorage calls this process. Empty if it cannot: then the feed of events is polled."""
    refund_at_once: int
    reconcile_at: time


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises WrongSettings."""
    if missing := [name for name in REQUIRED if not environment.get(name)]:
        raise WrongSettings(f"set {', '.join(missing)}")
    host = environment.get("PLATFORM_HOST") or "127.0.0.1"
    port = _number(environment, "PLATFORM_PORT", 8121)
    return Settings(
        client_id=environment["PLATFORM_CLIENT_ID"],
        client_secret=environment["PLATFORM_CLIENT_SECRET"],
        catalogue=environment["PLATFORM_CATALOGUE"],
        gateway=(environment.get("PLATFORM_GATEWAY") or "http://127.0.0.1:8080").rstrip("/"),
        database=Path(environment.get("PLATFORM_DATABASE") or "platform.sqlite"),
        host=host,
        port=port,
        webhook_url=environment.get("PLATFORM_WEBHOOK_URL", f"http://{host}:{port}/webhooks"),
        refund_at_once=_number(environment, "PLATFORM_REFUND_AT_ONCE", 5000),
        reconcile_at=_time(environment, "PLATFORM_RECONCILE_AT", "03:00"),
    )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise WrongSettings(f"{name} must be a whole number")
    return int(text)


def _time(environment: Mapping[str, str], name: str, default: str) -> time:
    try:
        return time.fromisoformat(environment.get(name) or default)
    except ValueError:
        raise WrongSettings(f"{name} must be a time such as 03:00") from None
