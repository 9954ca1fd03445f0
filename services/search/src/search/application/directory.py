"""Mini programs and settled-in accounts, in memory: who is there, in which host, under which names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from search.domain.documents import Account, MiniProgram, Product, number_of
from search.domain.names import NameBook
from search.domain.prefixes import PrefixBook, names_in, typed_key
from search.domain.queries import ProductQuery, Scope
from search.domain.ranking import RankingRule
from search.engine.port import ProductIndex


class Directory:
    """Changes take effect at once: what is suspended is not answered from this moment on."""

    def __init__(self, rule: RankingRule) -> None:
        self.programs: dict[str, MiniProgram] = {}
        self.names = NameBook()
        self.beginnings = PrefixBook()
        self._rule = rule
        self._scopes: dict[str, Scope] = {}
        self._boosts: dict[str, float] = {}

    def put(self, programs: Iterable[MiniProgram]) -> None:
        """Know these mini programs as they are now."""
        for program in programs:
            self.programs[program.mini_program_id] = program
            self.names.put(program)
            texts = (program.name, program.name_en, *program.aliases)
            self.beginnings.put(program.mini_program_id, texts, program.exposure_priority)
        self._scopes.clear()
        self._boosts = self._rule.boosts(self.programs.values())

    def visible(self, host_id: str, mini_program_id: str) -> MiniProgram | None:
        """The mini program, if the host's viewers may enter it."""
        program = self.programs.get(mini_program_id)
        return program if program is not None and program.visible_in(host_id) else None

    def scope(self, host_id: str) -> Scope:
        """The mini programs whose products the host's viewers may see, said in the shorter way."""
        if host_id not in self._scopes:
            known = list(self.programs.items())  # another thread may learn of one meanwhile
            shown = {i for i, program in known if program.visible_in(host_id)}
            hidden = self.programs.keys() - shown
            shorter = len(hidden) <= len(shown)
            self._scopes[host_id] = Scope(never=frozenset(hidden)) if shorter else Scope(frozenset(shown))
        return self._scopes[host_id]

    @property
    def boosts(self) -> dict[str, float]:
        """What the ranking rule grants the products of each mini program."""
        return self._boosts


class Accounts:
    """Settled-in accounts by name. They are few and short: an index in memory, made again at each start."""

    def __init__(self, index: ProductIndex) -> None:
        """`index` is an empty one in memory."""
        self.by_id: dict[str, Account] = {}
        self._numbers: dict[int, str] = {}
        self._same: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._index = index

    def put(self, accounts: Iterable[Account]) -> None:
        """Know these accounts as they are now."""
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
        """Accounts of the host called like one of `texts`, and whether just so: these first, then those with it in the
        name rather than in what they say of themselves, then the more followed."""
        same: set[str] = set()
        near: set[str] = set()
        asked = {typed_key(text): text for text in texts}
        for key, text in asked.items():
            same |= self._same.get((host_id, key), set())
            query = ProductQuery(text=text, scope=Scope(only=frozenset({host_id})), limit=4 * limit)
            near.update(self._numbers[hit.number] for hit in self._index.search(query).hits if hit.whole)
        found = [self.by_id[account_id] for account_id in same | near]

        def place(account: Account) -> tuple[bool, bool, int, str]:
            is_in_name = any(key in typed_key(account.name) for key in asked if key)
            return account.account_id not in same, not is_in_name, -account.followers, account.account_id

        found.sort(key=place)
        return [(account, account.account_id in same) for account in found[:limit]]


def _keys(account: Account) -> set[tuple[str, str]]:
    """The host with each of the names that the account has there."""
    return {(account.host_id, key) for name in names_in(account.name) if (key := typed_key(name))}


def _as_document(account: Account) -> Product:
    """An account as what the index takes: its host in the place of the mini program."""
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
