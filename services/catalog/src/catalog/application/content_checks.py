"""Viewers see texts only that have passed a content check, or that an operator has passed."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.application.content_ports import CheckStore
from catalog.domain import content_check as rules
from catalog.domain.content_check import CheckStatus, ContentCheck, Kind
from catalog.domain.errors import ContentRefused, ContentWaits, must_exist
from content_check import verdicts
from runtime.clock import Clock
from runtime.listing import Asked, Part
from runtime.outbox.changes import Change

STATUS: Mapping[verdicts.Status, CheckStatus] = {
    "passed": "passed",
    "refused": "refused",
    "needs_review": "waiting",
}


class ContentChecks:
    """The verdicts that are kept, and the check that gives them."""

    def __init__(self, stored: CheckStore, check: verdicts.ContentCheck, clock: Clock) -> None:
        self._stored = stored
        self._check = check
        self._clock = clock

    async def must_pass(
        self,
        kind: Kind,
        object_id: str,
        mini_program_id: str | None,
        wanted: Mapping[str, str],
        present: Mapping[str, str],
    ) -> None:
        """Check those of the `wanted` texts that the object does not have at `present`.

        Raises ContentRefused, or ContentWaits until an operator decides. Texts with a verdict are not checked again.
        """
        shown = set(present.values())
        texts = {field: text for field, text in wanted.items() if text not in shown}
        if not texts:
            return
        check_id = rules.check_id_of(kind, object_id, texts)
        known = await self._stored.get(check_id)
        if known is None or known.status == "waiting":
            verdict = await self._check.check(texts)
            findings = tuple((finding.field, finding.message) for finding in verdict.findings)
            new = ContentCheck(
                check_id, kind, object_id, mini_program_id, texts, STATUS[verdict.status], verdict.model,
                verdict.at, findings,
            )  # fmt: skip
            known = await self._keep(new, is_known=known is not None)
        _must_have_passed(must_exist(known, rules.NAME))

    async def _keep(self, new: ContentCheck, *, is_known: bool) -> ContentCheck | None:
        """The verdict that holds: this one, unless there is another by now. New texts cost one write and no other read."""
        if not is_known:
            (outcome,) = await self._stored.insert([Change(new)])
            if isinstance(outcome, Exception):
                raise outcome
            if outcome:
                return new

        def decide(current: ContentCheck | None) -> Change[ContentCheck] | None:
            after = rules.judged(current, new)
            return Change(after) if after is not None else None

        return (await self._stored.change(new.check_id, decide)).aggregate

    async def waiting(self, asked: Asked, limit: int) -> Part[ContentCheck]:
        """At most `limit` checks that wait for an operator."""
        return await self._stored.waiting(asked, limit)

    async def get(self, check_id: str) -> ContentCheck:
        """Whatever its verdict; raises NotFound."""
        return must_exist(await self._stored.get(check_id), rules.NAME)

    async def decide(
        self, check_id: str, *, passed: bool, reasons: tuple[tuple[str, str], ...] = ()
    ) -> ContentCheck:
        """An operator's verdict; raises NotFound unless the texts wait."""
        now = self._clock()
        result = await self._stored.change(
            check_id, lambda current: Change(rules.decide(current, passed=passed, reasons=reasons, at=now))
        )
        return must_exist(result.aggregate, rules.NAME)


def _must_have_passed(check: ContentCheck) -> None:
    if check.status == "refused":
        first = next(iter(check.texts))
        raise ContentRefused(*((field or first, message) for field, message in check.findings))
    if check.status == "waiting":
        raise ContentWaits(check.check_id)
