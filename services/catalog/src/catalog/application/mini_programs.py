"""What operators do to mini programs: put them live, set the platform's terms, suspend, reinstate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from catalog.application.caller import Caller
from catalog.application.contracts_out import mini_program_event
from catalog.application.histories import NAME, Edited, Histories
from catalog.application.hosts import Hosts
from catalog.application.ports import Merchants, MiniProgramStore, OwnerRegister
from catalog.application.terms import SpreadTerms
from catalog.domain import mini_program as rules
from catalog.domain import version_history
from catalog.domain.errors import NotFound, WrongContent, must_exist
from catalog.domain.mini_program import Changed, MiniProgram, MiniProgramDetails, PlatformTerms, content_of
from catalog.domain.owner import Owner, must_not_be_suspended
from catalog.domain.version_history import VersionHistory
from contracts.payment import DEFAULT_MERCHANT
from runtime.clock import Clock
from runtime.errors import VersionConflict, must_be_version
from runtime.outbox.changes import Change

OPERATOR = Caller(None)


class MiniPrograms:
    """The operators' use cases."""

    def __init__(
        self,
        programs: MiniProgramStore,
        histories: Histories,
        owners: OwnerRegister,
        merchants: Merchants,
        hosts: Hosts,
        spread_terms: SpreadTerms,
        clock: Clock,
    ) -> None:
        self._programs = programs
        self._histories = histories
        self._owners = owners
        self._merchants = merchants
        self._hosts = hosts
        self._spread_terms = spread_terms
        self._clock = clock

    async def put(
        self, mini_program_id: str, details: MiniProgramDetails, expected: int | None = None
    ) -> tuple[Edited, bool]:
        """A version with these details: approved, accepted by its hosts and live at once; says whether the mini program is new.

        The name and kind of an owner who has applied are the owner's own. Idempotent. Raises WrongContent, Refused if the owner is
        suspended, VersionConflict if it has not the `expected` version (0 for none yet), and Unavailable if payment does not tell
        its merchants. What the platform decides may be set already when the versions turn out to have changed in between.
        """
        await self._check_merchant(details.merchant, details.owner_id)
        owner = await self._check_owner(details.owner_id)
        if owner is not None:
            details = replace(details, owner_name=owner.name, owner_kind=owner.kind)
        content = content_of(details)
        content.check()
        present = await self._present(mini_program_id)
        kept = present.program.details.hosts if present is not None else ()
        named = [(f"hosts[{n}]", host_id) for n, host_id in enumerate(details.hosts)]
        await self._hosts.must_be_active(named, kept)

        def decide(current: MiniProgram | None) -> Change[MiniProgram] | None:
            must_be_version(expected, _version(current, present))
            if current is None:
                return self._change(rules.register(mini_program_id, replace(details, hosts=())))
            return self._change(rules.take_over(current, details))

        result = await self._programs.change(mini_program_id, decide)
        await self._check_owner(
            details.owner_id
        )  # one suspended in the meantime had no mini program to close
        self._spread_terms.request(mini_program_id)
        now = self._clock()

        def rule(history: VersionHistory) -> version_history.Changed:
            if expected is not None and present is not None and history.version != present.history.version:
                raise VersionConflict(must_exist(result.aggregate, NAME).version + history.version)
            return version_history.put_live(history, content, details.owner_id, now)

        return await self._histories.change(OPERATOR, mini_program_id, rule), result.created

    async def set_terms(
        self, mini_program_id: str, terms: PlatformTerms, expected: int | None = None
    ) -> Edited:
        """Raises NotFound, WrongContent for a merchant that cannot collect for it, VersionConflict if it has not the `expected`
        version, and Unavailable as `put` does."""
        present = await self._histories.get(OPERATOR, mini_program_id)
        await self._check_merchant(terms.merchant, present.program.details.owner_id)

        def rule(current: MiniProgram) -> Changed | None:
            must_be_version(expected, _version(current, present))
            return rules.set_terms(current, terms)

        await self._move(mini_program_id, rule)
        self._spread_terms.request(mini_program_id)
        return await self._histories.get(OPERATOR, mini_program_id)

    async def suspend(self, mini_program_id: str, reason: str) -> Edited:
        """Raises NotFound, and Refused if it was never published."""
        await self._move(mini_program_id, lambda current: rules.suspend(current, reason))
        return await self._histories.get(OPERATOR, mini_program_id)

    async def reinstate(self, mini_program_id: str) -> Edited:
        """Raises NotFound, and Refused if it was never published or its owner is suspended."""
        program = must_exist(await self._programs.get(mini_program_id), NAME)
        await self._check_owner(program.details.owner_id)
        await self._move(mini_program_id, rules.reinstate)
        return await self._histories.get(OPERATOR, mini_program_id)

    async def _present(self, mini_program_id: str) -> Edited | None:
        try:
            return await self._histories.get(OPERATOR, mini_program_id)
        except NotFound:
            return None

    async def _check_owner(self, owner_id: str) -> Owner | None:
        """The owner, if it has applied; raises Refused while it is suspended."""
        owner = await self._owners.get(owner_id)
        if owner is not None:
            must_not_be_suspended(owner)
        return owner

    async def _check_merchant(self, merchant: str, owner_id: str) -> None:
        """Raises WrongContent unless the merchant is the platform's or the owner's; the platform's default always is."""
        if merchant == DEFAULT_MERCHANT:
            return
        owners = await self._merchants.owners()
        usable = sorted(name for name, owner in owners.items() if owner in (None, owner_id))
        if merchant not in usable:
            why = "belongs to another owner" if merchant in owners else "is not configured"
            raise WrongContent(("merchant", f"{why}; this mini program can use: {', '.join(usable)}"))

    async def _move(self, mini_program_id: str, rule: Callable[[MiniProgram], Changed | None]) -> None:
        await self._programs.change(
            mini_program_id, lambda current: self._change(rule(must_exist(current, NAME)))
        )

    def _change(self, changed: Changed | None) -> Change[MiniProgram] | None:
        if changed is None:
            return None
        return Change(changed[0], [mini_program_event(*changed)], {"created_at": self._clock()})


def _version(current: MiniProgram | None, present: Edited | None) -> int:
    """The version that editors see of a mini program whose history was read before; 0 for none yet."""
    if current is None:
        return 0
    return current.version + (present.history.version if present is not None else 0)
