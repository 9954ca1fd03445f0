"""An aggregate between load and write: its stored document, and what the accepted changes make of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from runtime.mongo.client import Document
from runtime.outbox.changes import Change
from runtime.outbox.codec import Codec
from runtime.outbox.recorder import OUTBOX_FIELD, Recorder

A = TypeVar("A")


@dataclass(slots=True)
class Draft(Generic[A]):
    """An aggregate as it was loaded (`document` is None when there is none), and as the accepted changes leave it.

    `cached` says that the document comes from this process's memory and may be stale.
    """

    codec: Codec[A]
    document: Document | None
    cached: bool
    aggregate: A | None = None
    fields: Document = field(default_factory=dict)
    outbox: Document = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reread()

    @property
    def changed(self) -> bool:
        """Whether there is something to write."""
        return bool(self.fields)

    @property
    def version_before(self) -> int:
        """The version that the write is guarded by, 0 for a new aggregate."""
        return int(self.document["version"]) if self.document is not None else 0

    def reread(self) -> None:
        """Restore the aggregate after a decision that failed and may have left it half-changed."""
        document = self.document_after()
        self.aggregate = self.codec.read(document) if document else None

    def apply(self, change: Change[A], recorder: Recorder, *, replace_outbox: bool) -> None:
        """Add an accepted change."""
        self.aggregate = change.after
        if self.document is None:
            self.fields = {**self.fields, **self.codec.write(change.after), **change.private}
        else:
            self.fields = (self.codec.changing or self.codec.write)(change.after)
        version = self.fields["version"]
        if self.document is not None and version <= self.version_before:
            raise ValueError(f"version {version} does not follow version {self.version_before}")
        if replace_outbox or self.document is None:
            slots = recorder.slots(version, change.events, change.traceparent)
            self.outbox = {OUTBOX_FIELD: {**self.outbox.get(OUTBOX_FIELD, {}), **slots}}
        else:
            self.outbox |= recorder.updates(version, change.events, change.traceparent)

    def new_document(self) -> Document:
        """The document to insert, with its outbox."""
        return {**self.fields, **self.outbox}

    def update(self) -> Document:
        """The update of the stored document: the fields that differ, and the new outbox entries."""
        before = self.document or {}
        changed = {name: value for name, value in self.fields.items() if before.get(name, ...) != value}
        update: Document = {"$set": {**changed, **self.outbox}}
        if removed := self._removed():
            update["$unset"] = dict.fromkeys(removed, "")
        return update

    def document_after(self) -> Document:
        """The document as the accepted changes leave it, without the outbox."""
        document = {**(self.document or {}), **self.fields}
        for name in self._removed():
            del document[name]
        return document

    def _removed(self) -> list[str]:
        if self.document is None or not self.fields:
            return []
        return [name for name in self.codec.optional if name in self.document and name not in self.fields]
