"""Which mini programs viewers see although they must not: the audit's invariant 8."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runtime.mongo.client import Document


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
    if (live["content"] or {}).get("name") != program["name"]:
        yield f"it is shown under another name than that of version {live['number']}"
    taken = {one["host_id"] for one in history["decisions"] if one["accepted"]}
    for host_id in program["hosts"]:
        if host_id not in taken:
            yield f"{host_id} shows it and has not accepted it"
        if host_id not in (live["content"] or {}).get("requested_hosts", ()):
            yield f"{host_id} shows it, and version {live['number']} does not ask for it"
