"""The names of mini programs, and what counts as a name in a query."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from search.domain.documents import MiniProgram
from search.domain.language.pinyin import readings, syllable
from search.domain.language.text import is_han, units
from search.domain.spelling import deletions

AMBIGUOUS_HAN = 2
"""Chinese names of one or two characters are also parts of other words."""
MIN_TYPO_LETTERS = 5
"""Letters that a name needs before one of them may be wrong: one in four could be another word."""
MIN_UNPROVEN_LETTERS = 8
"""Letters that a single mistyped word needs when the index has too few products to tell whether it is a word."""
MIN_TYPO_HAN = 4
"""Chinese characters that a name needs before one may be wrong."""


class MatchKind(IntEnum):
    """How a query contains a name, most certain first."""

    NAME = 0
    ALIAS = 1
    PINYIN = 2
    TYPO = 3

    @property
    def reason(self) -> str:
        """The `why` of a result."""
        return f"named_by_{self.name.lower()}" if self is not MatchKind.NAME else "named"


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A mini program that the query names; `text` is the part that names it, `rest` the other words."""

    mini_program_id: str
    kind: MatchKind
    rest: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the index knows about words; used only where a name alone does not decide.

    `is_word(word)`: whether any product has the word; None when there are too few products to tell.
    `sells(mini_program_id, text)`: whether the mini program has a product that matches all of the text.
    """

    is_word: Callable[[str], bool | None]
    sells: Callable[[str, str], bool]


NO_EVIDENCE = Evidence(is_word=lambda word: None, sells=lambda mini_program_id, text: True)


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One way to write one name. `size` is the number of units (words or Chinese characters) that its owner writes."""

    mini_program_id: str
    kind: MatchKind
    key: str
    pieces: tuple[str, ...]
    size: int

    @property
    def is_han(self) -> bool:
        """Whether it is Chinese throughout."""
        return all(is_han(piece) for piece in self.pieces)


def entries_of(program: MiniProgram) -> Iterator[NameEntry]:
    """The ways to write the mini program's names and aliases, each once."""
    names = [(program.name, MatchKind.NAME), (program.name_en, MatchKind.NAME)]
    names += [(alias, MatchKind.ALIAS) for alias in program.aliases]
    known: set[str] = set()
    for name, kind in names:
        pieces = tuple(units(name))
        key = "".join(pieces)
        if key and key not in known:
            known.add(key)
            yield NameEntry(program.mini_program_id, kind, key, pieces, len(pieces))
    for name, _ in names:
        if len(units(name)) < AMBIGUOUS_HAN:
            continue
        for spelt in readings(name):
            if spelt not in known:
                known.add(spelt)
                yield NameEntry(program.mini_program_id, MatchKind.PINYIN, spelt, (spelt,), len(units(name)))


def typos_of(entry: NameEntry) -> Iterator[str]:
    """The entry's key as it is and with one letter lost; nothing for a name too short to be recognised with a typo."""
    if len(entry.key) >= (MIN_TYPO_HAN if entry.is_han else MIN_TYPO_LETTERS):
        yield entry.key
        yield from deletions(entry.key)


def may_be_typo(part: Sequence[str], entry: NameEntry, alone: bool) -> bool:
    """Whether `part`, one edit from the entry's key, may be a typo for it; `alone` when it is the whole query."""
    key = "".join(part)
    if not entry.is_han:
        plural = key == entry.key + "s"
        return key[0] == entry.key[0] and not plural and not any(is_han(piece) for piece in part)
    if not all(is_han(piece) for piece in part):
        return False
    if len(key) != len(entry.key):
        return alone and len(entry.key) > MIN_TYPO_HAN
    if sorted(key) == sorted(entry.key):
        return True
    wrong = [(a, b) for a, b in zip(key, entry.key, strict=True) if a != b]
    return all(syllable(a) == syllable(b) for a, b in wrong) or (alone and len(key) > MIN_TYPO_HAN)


def may_be_split(part: Sequence[str], entry: NameEntry, evidence: Evidence) -> bool:
    """Whether adjacent words may stand for a name of fewer words: only when one of them is not a word itself."""
    if len(part) <= len(entry.pieces) or entry.kind == MatchKind.PINYIN:
        return True
    if any(len(piece) == 1 and not is_han(piece) for piece in part):
        return False
    return any(evidence.is_word(piece) is False for piece in part)


def is_other_word(part: Sequence[str], entry: NameEntry, alone: bool, evidence: Evidence) -> bool:
    """Whether an apparently mistyped name is more likely meant as it is written.

    A letter doubled, or swapped with the next, makes another word more rarely than another letter does.
    """
    verdicts = [evidence.is_word(piece) for piece in part]
    if all(verdicts):
        return True
    if len(part) > 1 or alone or verdicts[0] is not None or len(part[0]) >= MIN_UNPROVEN_LETTERS:
        return False
    return len(part[0]) < len(entry.key) or set(part[0]) != set(entry.key)


def is_meant(entry: NameEntry, rest: str, evidence: Evidence) -> bool:
    """Whether a name that could be an ordinary word is meant: it is the whole query, or its mini program sells the rest."""
    if not rest:
        return True
    if entry.is_han or entry.kind == MatchKind.PINYIN:
        ordinary = entry.size <= AMBIGUOUS_HAN
    else:
        ordinary = len(entry.pieces) == 1 and evidence.is_word(entry.pieces[0]) is True
    return not ordinary or evidence.sells(entry.mini_program_id, rest)
