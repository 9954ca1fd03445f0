"""Entries of the audit log: who changed what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One change by a client. `subject_id` is whom the client acts for; `before` and `after` hold what changed, by path.

    `reason` is in the words of the operator who acted.
    """

    entry_id: str
    at: datetime
    action: str
    client_id: str
    scope: str
    subject_id: str
    role: str
    object_kind: str
    object_id: str
    owner_id: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries to find: those whose fields have these values, from `first` on and before `last`."""

    first: datetime | None = None
    last: datetime | None = None
    equal: Mapping[str, str] = field(default_factory=dict)
