"""All published events. Importing this module registers every one."""

from __future__ import annotations

from contracts import (
    audit,
    catalog,
    catalog_versions,
    checkout,
    engagement,
    feeds,
    identity,
    payment,
    reviews,
    sharecode,
)
from contracts.event import EVENTS, Event

MODULES = (
    audit,
    catalog,
    catalog_versions,
    checkout,
    engagement,
    feeds,
    identity,
    payment,
    reviews,
    sharecode,
)


def all_events() -> list[type[Event]]:
    """Every published event, sorted by topic and then in order of declaration."""
    return sorted(EVENTS.values(), key=lambda event: event.topic.name)
