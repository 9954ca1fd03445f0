"""Maps the catalog's events to what identity keeps of them."""

from __future__ import annotations

from contracts.catalog import MiniProgramState
from runtime.mongo.client import Document


def program_of(event: MiniProgramState) -> Document:
    """Where a mini program can be entered."""
    return {"version": event.version, "state": event.state, "hosts": list(event.hosts)}
