"""Which mini programs viewers see although they must not: the audit's invariant 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runtime.mongo.client import Document

CONTENT = (
    "name", "name_en", "aliases", "slogan", "slogan_en", "category", "logo_url", "banner_url", "categories", "sections",
    "theme_colour",
)  # fmt: skip
"""What viewers see of a version. Older documents lack fields that are empty."""


def wrongly_shown(programs: Sequence[Document], histories: Mapping[str, Document]) -> Iterator[str]:
    """What is shown without approval, release or a host's acceptance. A mini program without a history predates versions."""
    for program in programs:
        history = histories.get(program["_id"])
        if history is not None and program["state"] != "registered":
            yield from (f"{program['_id']}: {wrong}" for wrong in _wrong(program, history))


def _wrong(program: Document, history: Document) -> Iterator[str]:
    live = next((one for one in history["versions"] if one["number"] == history["live"]), None)
    if live is None:
        yield "it is shown, and no version was released"
        return
    if live["status"] != "live" or live["decided_at"] is None or live["released_at"] is None:
        yield f"version {live['number']} is shown and is {live['status']}"
    content = live["content"] or {}
    for field in CONTENT:
        if (program.get(field) or None) != (content.get(field) or None):
            yield f"it is shown with another {field} than that of version {live['number']}"
    taken = {one["host_id"] for one in history["decisions"] if one["accepted"]}
    for host_id in program["hosts"]:
        if host_id not in taken:
            yield f"{host_id} shows it and has not accepted it"
        if host_id not in content.get("requested_hosts", ()):
            yield f"{host_id} shows it, and version {live['number']} does not ask for it"
