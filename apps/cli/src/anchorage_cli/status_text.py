"""The screen of `anchorage status`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anchorage_cli.status import Status

HEAD = ("process", "ready", "live", "relay behind", "groups", "records waiting", "oldest")
MAX_LINES = 8
"""Of groups that are behind, and of what has stalled: the rest is in other commands."""
UNKNOWN = "?"


def screen(status: Status) -> Iterator[str]:
    """Its lines."""
    yield from _processes(status)
    yield ""
    yield from _groups(status)
    yield "dead letters  " + _letters(status)
    yield "stalled       " + _stalled(status)
    yield "payments      " + _payments(status)
    yield ""
    if status.needs:
        yield "Needs a hand:"
        yield from (f"  {text}" for text in status.needs)
    else:
        yield "All is well."


def _processes(status: Status) -> Iterator[str]:
    relays = {relay.service: relay for relay in status.relays or ()}
    rows = [HEAD]
    for process in status.processes:
        relay = relays.get(process.name)
        behind = _ago(relay.waiting_since, status.at) if relay is not None else ""
        groups = [g for g in status.groups or () if g.group.partition(".")[0] == process.name]
        oldest = min((g.oldest for g in groups if g.oldest is not None), default=None)
        rows.append(
            (
                process.name, _yes(process.ready), _yes(process.live), behind,
                str(len(groups) or ""), str(sum(g.waiting for g in groups)) if groups else "",
                _ago(oldest, status.at) if oldest is not None else "",
            )
        )  # fmt: skip
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _groups(status: Status) -> Iterator[str]:
    behind = [group for group in status.groups or () if group.waiting]
    for group in behind[:MAX_LINES]:
        oldest = f", the oldest since {_ago(group.oldest, status.at)}" if group.oldest is not None else ""
        yield f"{group.group}: {group.waiting:,} record(s) waiting{oldest}"
    if len(behind) > MAX_LINES:
        yield f"… and {len(behind) - MAX_LINES} more groups"
    if behind:
        yield ""


def _letters(status: Status) -> str:
    if status.dead_letters is None:
        return UNKNOWN
    kinds = [f"{found.waiting:,} of {found.topic}" for found in status.dead_letters]
    return f"{', '.join(kinds)} not replayed" if kinds else "none waits"


def _stalled(status: Status) -> str:
    if status.stalled is None:
        return UNKNOWN
    kinds = Counter(stalled.kind for stalled in status.stalled.stuck)
    return ", ".join(f"{count:,} {kind}(s)" for kind, count in kinds.items()) or "nothing"


def _payments(status: Status) -> str:
    found = status.payments
    if found is None:
        return UNKNOWN
    return (
        f"{found.open:,} to be paid, {found.overdue:,} past their deadline, {found.refunds:,} refund(s) on their way, "
        f"{found.refused:,} refused by Alipay"
    )


def _yes(state: bool | None) -> str:
    return UNKNOWN if state is None else "yes" if state else "no"


def _ago(since: datetime | None, now: datetime) -> str:
    return f"{max(0.0, (now - since).total_seconds()):,.1f} s" if since is not None else "0 s"
