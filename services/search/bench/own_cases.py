"""Generated cases: 200 names of our own, each searched for in ten ways, and 2,400 queries that name none.

The judged sets have no pinyin, no typos, no aliases and no Chinese names of shops. Here names are combined from parts and
queries are made from them by rule, with a fixed seed. Every query goes through the whole search column.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.own_names import ADDED, ADDED_EN, BACK, BACK_EN, COMMON, FRONT, FRONT_EN, WORDS, WORDS_EN
from search.adapters.engine.tantivy_index import TantivyIndex
from search.adapters.sqlite_state import SqliteState
from search.application.directory import Accounts, Directory
from search.application.library import Library
from search.application.popular_queries import PopularQueries
from search.application.results import ProgramResult
from search.application.search_column import WHY_RELATED, search_column
from search.domain.documents import Account, MiniProgram, Product, Sku
from search.domain.errors import QueryRefused
from search.domain.language.pinyin import romanise, syllable
from search.domain.language.text import units
from search.domain.ranking import RankingRule

HOST = "own"
SEED = 2026
PRODUCTS = 6_000


class NamedCase(NamedTuple):
    """A query that names a mini program, and the way in which it does."""

    way: str
    query: str
    program: MiniProgram


@dataclass(slots=True)
class OwnCases:
    """How often the named mini program came first, by the way of naming; how often one came first without being named."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    named: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    captured: int = 0
    unnamed: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def first(self) -> float:
        """The share of all that name one."""
        return sum(self.right.values()) / sum(self.named.values())

    @property
    def wrongly(self) -> float:
        """The share of the others that were answered with one first."""
        return self.captured / self.unnamed

    def __str__(self) -> str:
        ways = ", ".join(f"{way} {self.right[way]}/{count}" for way, count in self.named.items())
        return f"named first {self.first:.1%} ({ways}); put first though not named {self.captured}/{self.unnamed}"


class World:
    """The generated names with their index, and all cases. Build it once, then run either half of the cases."""

    def __init__(self) -> None:
        chance = random.Random(SEED)  # noqa: S311
        programs = list(_programs(chance))
        self.library = _library(programs, chance)
        self.named = [
            NamedCase(way, query, program)
            for program in programs
            for way, make in WAYS.items()
            if (query := make(program, chance)) is not None
        ]
        self.unnamed = list(_unnamed(chance))

    def run_named(self, cases: OwnCases) -> None:
        """Search for every named mini program."""
        for way, query, program in self.named:
            is_right = self._first(query) == program.mini_program_id
            cases.named[way] += 1
            cases.right[way] += is_right
            if not is_right:
                cases.misses.append(f"{way}: {query} for {program.name} / {program.name_en}")

    def run_unnamed(self, cases: OwnCases) -> None:
        """Make every query that names none."""
        for query in self.unnamed:
            captor = self._first(query)
            cases.unnamed += 1
            cases.captured += captor is not None
            if captor is not None:
                cases.misses.append(f"not named: {query} gave {captor}")

    def close(self) -> None:
        """Close its index."""
        self.library.index.close()

    def _first(self, query: str) -> str | None:
        """The mini program that the column shows first, if it shows one first."""
        try:
            results = search_column(self.library, HOST, query, None, 1).results
        except QueryRefused:
            return None
        first = results[0] if results else None
        is_named = isinstance(first, ProgramResult) and first.why != WHY_RELATED
        return first.program.mini_program_id if is_named and isinstance(first, ProgramResult) else None


def own_cases() -> OwnCases:
    """Run all cases."""
    cases, world = OwnCases(), World()
    world.run_named(cases)
    world.run_unnamed(cases)
    world.close()
    return cases


def _programs(chance: random.Random) -> Iterator[MiniProgram]:
    """Two hundred: each front with several backs, so that many share half of their names."""
    pairs = [(f, b) for f in range(len(FRONT)) for b in range(len(BACK))]
    for at, (front, back) in enumerate(chance.sample(pairs, 200)):
        alias = (
            f"{FRONT[front]}{BACK[back][:1]}儿" if back % 2 else f"{FRONT_EN[front][:3]}{BACK_EN[back][:3]}ly"
        )
        yield MiniProgram(
            f"own{at:05}", FRONT[front] + BACK[back], frozenset({HOST}),
            name_en=f"{FRONT_EN[front]} {BACK_EN[back]}", aliases=(alias,), exposure_priority=at % 100,
        )  # fmt: skip


def _library(programs: list[MiniProgram], chance: random.Random) -> Library:
    rule, state = RankingRule(), SqliteState()
    directory, accounts, index = Directory(rule), Accounts(TantivyIndex()), TantivyIndex()
    directory.put(programs)
    accounts.put(
        Account(f"acc{at}", HOST, program.name, followers=1_000_000)
        for at, program in enumerate(programs[::3])
    )
    products = [
        Product(
            f"p{at}", chance.choice(programs).mini_program_id, f"{chance.choice(ADDED)}{chance.choice(WORDS)} {at}",
            (Sku(f"s{at}", 100),), title_en=f"{chance.choice(ADDED_EN)} {chance.choice(WORDS_EN)} {chance.choice(BACK_EN)}",
        )
        for at in range(PRODUCTS)
    ]  # fmt: skip
    index.put(products)
    index.commit()
    index.refresh()
    state.put_products(products)
    return Library(index, state, directory, accounts, PopularQueries(), rule)


def _typo(word: str, chance: random.Random) -> str:
    """One letter after the first lost, doubled, changed or swapped with the next."""
    at = chance.randrange(1, len(word) - 1)
    letter = chance.choice("etaoinsrhl".replace(word[at], ""))
    ways = [word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + letter + word[at + 1 :]]
    if word[at] != word[at + 1]:
        ways.append(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return chance.choice(ways)


def _same_sound(name: str, chance: random.Random) -> str | None:
    """One character replaced by a common one with the same reading; None when there is none."""
    options = [
        name[:at] + other + name[at + 1 :]
        for at, char in enumerate(name)
        for other in dict.fromkeys(COMMON)
        if other != char and syllable(other) == syllable(char)
    ]
    return chance.choice(options) if options else None


def _typo_en(program: MiniProgram, chance: random.Random) -> str:
    first, second = program.name_en.split()
    return f"{_typo(first, chance)} {second}".lower()


def _spelt(program: MiniProgram) -> str:
    return romanise(units(program.name))


WAYS: dict[str, Callable[[MiniProgram, random.Random], str | None]] = {
    "Chinese name": lambda p, _: p.name,
    "Latin name": lambda p, _: p.name_en.upper(),
    "alias": lambda p, _: p.aliases[0],
    "pinyin": lambda p, _: _spelt(p),
    "pinyin with blanks": lambda p, _: " ".join(map(syllable, p.name)),
    "typo in Latin": _typo_en,
    "typo in pinyin": lambda p, chance: _typo(_spelt(p), chance),
    "same sound": lambda p, chance: _same_sound(p.name, chance),
    "Chinese among words": lambda p, chance: f"{chance.choice(ADDED)}{chance.choice(WORDS)} {p.name}",
    "Latin among words": lambda p, chance: f"{p.name_en} {chance.choice(ADDED_EN)} {chance.choice(WORDS_EN)}",
}


def _unnamed(chance: random.Random) -> Iterator[str]:
    """Things to buy, halves of names, and words that begin like names."""
    for _ in range(400):
        yield f"{chance.choice(ADDED)}{chance.choice(WORDS)}"
        yield f"{chance.choice(ADDED_EN)} {chance.choice(WORDS_EN)}"
        yield f"{chance.choice(BACK)}{chance.choice(WORDS)}"
        yield f"{chance.choice(BACK_EN)} {chance.choice(WORDS_EN)}".lower()
        yield f"{chance.choice(FRONT_EN)} {chance.choice(WORDS_EN)}".lower()
        yield "".join(chance.sample(COMMON, 4))
