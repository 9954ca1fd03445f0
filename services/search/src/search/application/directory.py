"""Mini programs and settled-in accounts in memory: their names, and the hosts that show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from search.application.ports import ProductIndex
from search.domain.documents import Account, MiniProgram, Product, number_of
from search.domain.name_book import NameBook
from search.domain.prefixes import PrefixBook, names_in, typed_key
from search.domain.queries import ProductQuery, Scope
from search.domain.ranking import RankingRule


class Directory:
    """Mini programs by id, name and host. A change takes effect at once: a suspended one disappears with the call."""

    def __init__(self, rule: RankingRule) -> None:
        self.programs: dict[str, MiniProgram] = {}
        self.names = NameBook()
        self.prefixes = PrefixBook()
        self._rule = rule
        self._scopes: dict[str, Scope] = {}
        self._boosts: dict[int, float] = {}

    def put(self, programs: Iterable[MiniProgram]) -> None:
        """Add or replace these mini programs."""
        for program in programs:
            self.programs[program.mini_program_id] = program
            self.names.put(program)
            texts = (program.name, program.name_en, *program.aliases)
            self.prefixes.put(program.mini_program_id, texts, program.exposure_priority)
        self._scopes.clear()
        self._boosts = self._rule.boosts(self.programs.values())

    def visible(self, host_id: str, mini_program_id: str) -> MiniProgram | None:
        """The mini program, if this host shows it."""
        program = self.programs.get(mini_program_id)
        return program if program is not None and program.visible_in(host_id) else None

    def scope(self, host_id: str) -> Scope:
        """The mini programs that the host shows, as the shorter of an inclusion and an exclusion list."""
        if host_id not in self._scopes:
            known = list(self.programs.items())  # another thread may add one during the loop
            shown = {i for i, program in known if program.visible_in(host_id)}
            hidden = self.programs.keys() - shown
            shorter = len(hidden) <= len(shown)
            self._scopes[host_id] = Scope(never=frozenset(hidden)) if shorter else Scope(frozenset(shown))
        return self._scopes[host_id]

    @property
    def boosts(self) -> dict[int, float]:
        """The ranking rule's factor for the products of each mini program, by the mini program's number."""
        return self._boosts


class Accounts:
    """Settled-in accounts by name. They are few and short: an index in memory, rebuilt at each start."""

    def __init__(self, index: ProductIndex) -> None:
        """`index` is empty, and in memory."""
        self.by_id: dict[str, Account] = {}
        self._numbers: dict[int, str] = {}
        self._same: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._index = index

    def put(self, accounts: Iterable[Account]) -> None:
        """Add or replace these accounts."""
        changed = list(accounts)
        for account in changed:
            known = self.by_id.get(account.account_id)
            for key in _keys(known) if known is not None else ():
                self._same[key].discard(account.account_id)
            self.by_id[account.account_id] = account
            self._numbers[number_of(account.account_id)] = account.account_id
            for key in _keys(account) if account.active else ():
                self._same[key].add(account.account_id)
        self._index.put(map(_as_document, changed))
        self._index.commit()
        self._index.refresh()

    def like(self, host_id: str, texts: Iterable[str], limit: int) -> list[tuple[Account, bool]]:
        """Accounts of the host that match one of `texts`, with whether it is exactly their name. Exact names come first,
        then names that contain it, then descriptions; within each, by followers."""
        same: set[str] = set()
        near: set[str] = set()
        keys = {typed_key(text): text for text in texts}
        for key, text in keys.items():
            same |= self._same.get((host_id, key), set())
            query = ProductQuery(text=text, scope=Scope(only=frozenset({host_id})), limit=4 * limit)
            near.update(self._numbers[hit.number] for hit in self._index.search(query).hits if hit.whole)
        found = [self.by_id[account_id] for account_id in same | near]

        def order(account: Account) -> tuple[bool, bool, int, str]:
            is_in_name = any(key in typed_key(account.name) for key in keys if key)
            return account.account_id not in same, not is_in_name, -account.followers, account.account_id

        found.sort(key=order)
        return [(account, account.account_id in same) for account in found[:limit]]


def _keys(account: Account) -> set[tuple[str, str]]:
    """The host with each name of the account."""
    return {(account.host_id, key) for name in names_in(account.name) if (key := typed_key(name))}


def _as_document(account: Account) -> Product:
    """An account as an index document, with its host in place of the mini program."""
    return Product(
        product_id=account.account_id,
        mini_program_id=account.host_id,
        title=account.name,
        description=account.bio,
        skus=(),
        sales=account.followers,
        listed=account.active,
        version=account.version,
    )
