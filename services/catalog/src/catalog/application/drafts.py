"""An owner's mini programs: started, read, listed, edited, submitted, released and rolled back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from catalog.application.caller import Caller, may_prepare
from catalog.application.contracts_out import history_events, mini_program_event
from catalog.application.histories import Edited, Histories
from catalog.application.hosts import Hosts
from catalog.application.names import Names
from catalog.application.pictures import Pictures
from catalog.application.ports import (
    HistoryStore,
    HostSettingsStore,
    MiniProgramStore,
    OwnerRegister,
    ProductStore,
)
from catalog.domain import mini_program as rules
from catalog.domain import version_history
from catalog.domain.content import Content
from catalog.domain.errors import ContentRefused, Refused, WrongContent, must_exist
from catalog.domain.mini_program import MiniProgram
from catalog.domain.owner import may_release
from catalog.domain.version import TextVerdict, Version
from catalog.domain.version_history import VersionHistory
from content_check.verdicts import ContentCheck
from runtime.clock import Clock
from runtime.errors import must_be_version
from runtime.ids import NewId
from runtime.listing import Asked, ChangedSince, Part
from runtime.outbox.changes import Change

Edit = Callable[[Content], Content]


class Drafts:
    """The owners' use cases. `platform_bp` is the commission of mini programs for which an operator has set none."""

    def __init__(
        self,
        histories: Histories,
        stored: HistoryStore,
        programs: MiniProgramStore,
        products: ProductStore,
        owners: OwnerRegister,
        host_settings: HostSettingsStore,
        hosts: Hosts,
        clock: Clock,
        new_id: NewId,
        names: Names,
        pictures: Pictures,
        check: ContentCheck,
        platform_bp: int,
    ) -> None:
        self._histories = histories
        self._names = names
        self._pictures = pictures
        self._check = check
        self._stored = stored
        self._programs = programs
        self._products = products
        self._owners = owners
        self._host_settings = host_settings
        self._hosts = hosts
        self._clock = clock
        self._new_id = new_id
        self._platform_bp = platform_bp

    async def start(self, owner_id: str, content: Content) -> Edited:
        """A new mini program with this draft. Raises WrongContent, and Refused while the owner is suspended."""
        await may_prepare(owner_id, self._owners)
        content.check()
        mini_program_id = self._new_id()
        await self._check_products(mini_program_id, content)
        await self._hosts.must_be_active(content.hosts())
        await self._pictures.check(owner_id, content.pictures())
        owner = await self._owners.get(owner_id)
        history = VersionHistory(mini_program_id, owner_id, content)
        registered = rules.register(
            mini_program_id, rules.details_of(content, owner, owner_id, self._platform_bp)
        )
        await self._stored.change(mini_program_id, lambda _: Change(history, history_events(history, ())))
        created = {"created_at": self._clock()}
        result = await self._programs.change(
            mini_program_id, lambda _: Change(registered[0], [mini_program_event(*registered)], created)
        )
        return Edited(must_exist(result.aggregate, "this mini program"), history)

    async def get(self, caller: Caller, mini_program_id: str) -> Edited:
        """One of the caller's; raises NotFound."""
        return await self._histories.get(caller, mini_program_id)

    async def page(self, caller: Caller, asked: Asked, limit: int) -> Part[Edited]:
        """At most `limit` of the caller's (an operator's are all)."""
        found = await self._programs.page(caller.owner_id, asked, limit)
        return Part(await self._histories.of_programs(found.items), found.following)

    async def changed_versions(
        self, caller: Caller, mini_program_id: str, asked: ChangedSince, limit: int
    ) -> Part[tuple[VersionHistory, Version]]:
        """At most `limit` versions of one of the caller's mini programs, as they changed. Raises NotFound."""
        await self.get(caller, mini_program_id)
        return await self._stored.changed_versions(mini_program_id, None, asked, limit)

    async def edit(self, caller: Caller, mini_program_id: str, edit: Edit, expected: int | None) -> Edited:
        """The draft as `edit` changes it, if it has the expected version.

        Raises NotFound, WrongContent, VersionConflict, Refused while the owner is suspended, and what `edit` raises.
        """
        present = await self._histories.get(caller, mini_program_id)
        await may_prepare(caller.owner_id, self._owners)
        before = present.history.draft
        others = present.program.version
        wanted = edit(before)
        await self._check_products(mini_program_id, wanted)
        await self._hosts.must_be_active(wanted.hosts(), before.requested_hosts)
        await self._pictures.check(caller.owner_id, wanted.pictures(), [url for _, url in before.pictures()])

        def rule(history: VersionHistory) -> version_history.Changed:
            must_be_version(expected, others + history.version)
            return version_history.edit(history, edit(history.draft))

        return await self._histories.change(caller, mini_program_id, rule)

    async def submit(self, caller: Caller, mini_program_id: str, note: str) -> Edited:
        """The draft as a new version.

        Raises NotFound, WrongContent, ContentRefused, and Refused if too many versions wait, a brand holds one of its names, or
        the owner is suspended.
        A text that needs review is seen by the reviewer, as every version is. A draft that is edited in the meantime is submitted as
        it was checked.
        """
        present = await self._histories.get(caller, mini_program_id)
        await may_prepare(caller.owner_id, self._owners)
        draft = present.history.draft
        await self._check_products(mini_program_id, draft)
        await self._names.must_be_free(present.history.owner_id, mini_program_id, draft)
        check = await self._verdict(draft)
        now = self._clock()
        return await self._histories.change(
            caller, mini_program_id, lambda history: version_history.submit(history, draft, check, note, now)
        )

    async def _verdict(self, content: Content) -> TextVerdict:
        """Raises ContentRefused."""
        verdict = await self._check.check(content.texts())
        findings = tuple((finding.field, finding.message) for finding in verdict.findings)
        if verdict.status == "refused":
            raise ContentRefused(*findings)
        return TextVerdict(verdict.status, verdict.model, verdict.at, findings)

    async def withdraw(self, caller: Caller, mini_program_id: str, number: int) -> Edited:
        """Raises NotFound, and Refused if it was decided or released."""
        now = self._clock()
        return await self._histories.change(
            caller, mini_program_id, lambda history: version_history.withdraw(history, number, now)
        )

    async def release(self, caller: Caller, mini_program_id: str, number: int) -> Edited:
        """Raises NotFound, and Refused if it is not approved, its owner may not release, or a brand holds one of its names."""
        present = await self._histories.get(caller, mini_program_id)
        version = present.history.find(number)
        if version.status != "live":
            await self._check_may_release(present.program)
            if version.content is not None:
                await self._names.must_be_free(present.history.owner_id, mini_program_id, version.content)
        hosts: Sequence[str] = version.content.requested_hosts if version.content else ()
        accepting = await self._host_settings.accepting(hosts)
        now = self._clock()
        return await self._histories.change(
            caller, mini_program_id, lambda history: version_history.release(history, number, accepting, now)
        )

    async def roll_back(self, caller: Caller, mini_program_id: str) -> Edited:
        """Raises NotFound, and Refused if there is nothing to put back, or the owner may not release."""
        await self._check_may_release((await self._histories.get(caller, mini_program_id)).program)
        now = self._clock()
        return await self._histories.change(
            caller, mini_program_id, lambda history: version_history.roll_back(history, now)
        )

    async def _check_may_release(self, program: MiniProgram) -> None:
        if program.state == "suspended":
            raise Refused("suspended", f"This mini program is suspended: {program.reason}")
        may_release(await self._owners.get(program.details.owner_id))

    async def _check_products(self, mini_program_id: str, content: Content) -> None:
        content.check()
        shown = content.products()
        known = await self._products.of_mini_program(mini_program_id, shown)
        wrong = [
            (field, "the mini program has no product with this id")
            for product_id, field in shown.items()
            if product_id not in known
        ]
        if wrong:
            raise WrongContent(*wrong)
