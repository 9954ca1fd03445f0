"""Maps events to what identity keeps of them."""

from __future__ import annotations

from contracts.audit import AdminActionTaken
from contracts.catalog import MiniProgramState
from contracts.catalog_versions import TestersChanged
from identity.domain.audit import Entry
from runtime.mongo.client import Document


def program_of(event: MiniProgramState) -> Document:
    """Where a mini program can be entered."""
    return {"version": event.version, "state": event.state, "hosts": list(event.hosts)}


def testers_of(event: TestersChanged) -> Document:
    """Who sees a mini program's draft."""
    viewers = [{"host_id": one.host_id, "viewer": one.viewer} for one in event.testers]
    return {"version": event.version, "viewers": viewers}


def entry_of(event_id: str, event: AdminActionTaken) -> Entry:
    """An entry of the audit log; `event_id` is the same each time the event is delivered."""
    return Entry(
        entry_id=event_id,
        at=event.at,
        action=event.action,
        client_id=event.actor.client_id,
        scope=event.actor.scope,
        subject_id=event.actor.subject_id,
        role=event.actor.role,
        object_kind=event.object_kind,
        object_id=event.object_id,
        owner_id=event.owner_id,
        before=event.before,
        after=event.after,
        reason=event.reason,
    )
