"""Which mini program a query names.

A score is no detector of names (measured on real brand queries, README): a query names a mini program when the whole
of a name or alias stands in it, written in Chinese or Latin letters, in pinyin, or with one slip of the finger. Longer
names win over shorter ones inside them. What could be an ordinary word counts only with evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from search.domain.documents import MiniProgram
from search.domain.spelling import deletions, one_edit_apart
from search.language.pinyin import initials, readings, romanise, syllable
from search.language.text import is_han, units

LONGEST_NAME = 12
"""Units (words or Chinese characters) of a query that are tried as one name."""
LONGEST_READ = 64
"""Units of a query that are read at all; names stand at its front or end."""
SHORT_HAN = 2
"""Chinese names of one or two characters are also parts of other words."""
TYPO_LETTERS = 6
"""Letters that a name needs before one of them may be wrong: one in five could be another word."""
TYPO_UNPROVEN = 8
"""Letters that one mistyped word among others needs when the index cannot tell that it is no other word."""
TYPO_HAN = 4
"""Chinese characters that a name needs before one may be wrong."""
INITIALS = 4
"""Letters that initials of pinyin need before they count as a name."""


class How(IntEnum):
    """How a name stood in the query, best first."""

    NAME = 0
    ALIAS = 1
    PINYIN = 2
    TYPO = 3

    @property
    def reason(self) -> str:
        """The `why` of a result."""
        return f"named_by_{self.name.lower()}" if self is not How.NAME else "named"


@dataclass(frozen=True, slots=True)
class Naming:
    """A mini program that the query names; `rest` are the other words of the query."""

    mini_program_id: str
    how: How
    rest: str
    written: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the index knows, asked only where a name alone does not decide.

    `is_word(word)`: whether the word stands in products; None when there are too few products to tell.
    `sells(mini_program_id, text)`: the mini program has products for all of the text.
    """

    is_word: Callable[[str], bool | None]
    sells: Callable[[str, str], bool]


NO_EVIDENCE = Evidence(is_word=lambda word: None, sells=lambda mini_program_id, text: True)


@dataclass(frozen=True, slots=True)
class _Entry:
    mini_program_id: str
    how: How
    key: str
    pieces: tuple[str, ...]
    characters: int
    """Units of the name as its owner writes it."""

    @property
    def is_han(self) -> bool:
        return all(is_han(piece) for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    how: How
    entries: tuple[_Entry, ...]


class NameBook:
    """All names of mini programs, ready to be found in queries. Each `put` replaces what was known of its mini program."""

    def __init__(self, programs: Iterable[MiniProgram] = ()) -> None:
        self._entries: dict[str, list[_Entry]] = {}
        self._by_key: dict[str, list[_Entry]] = defaultdict(list)
        self._by_slip: dict[str, set[str]] = defaultdict(set)
        self._by_sound: dict[str, list[_Entry]] = defaultdict(list)
        self._by_initials: dict[str, list[_Entry]] = defaultdict(list)
        for program in programs:
            self.put(program)

    def put(self, program: MiniProgram) -> None:
        """Know the mini program's names."""
        self.forget(program.mini_program_id)
        entries = [entry for entry in _entries(program) if entry.key]
        self._entries[program.mini_program_id] = entries
        for entry in entries:
            self._by_key[entry.key].append(entry)
            for slip in _slips(entry):
                self._by_slip[slip].add(entry.key)
            if entry.is_han and len(entry.pieces) > SHORT_HAN:
                self._by_sound[romanise(entry.pieces)].append(entry)
            if entry.is_han and len(entry.pieces) >= INITIALS:
                self._by_initials[initials(entry.key)].append(entry)

    def forget(self, mini_program_id: str) -> None:
        """Know the mini program no longer."""
        for entry in self._entries.pop(mini_program_id, ()):
            self._by_key[entry.key].remove(entry)
            if not self._by_key[entry.key]:
                del self._by_key[entry.key]
                for slip in _slips(entry):
                    self._by_slip[slip].discard(entry.key)
            for book in (self._by_sound, self._by_initials):
                for key in [romanise(entry.pieces), initials(entry.key)]:
                    if entry in book.get(key, ()):
                        book[key].remove(entry)

    def find(
        self, text: str, is_visible: Callable[[str], bool], evidence: Evidence = NO_EVIDENCE
    ) -> list[Naming]:
        """The visible mini programs that `text` names, the longest name first, then the surest way of naming."""
        pieces = units(text)[:LONGEST_READ]
        spans = list(self._spans(pieces, is_visible, evidence))
        spans.sort(key=lambda span: (span.how == How.TYPO, -_length(pieces, span), span.how, span.start))
        taken: list[_Span] = []
        for span in spans:
            if all(span.end <= other.start or other.end <= span.start for other in taken):
                taken.append(span)
        rest = _without(pieces, taken)
        namings = [
            Naming(entry.mini_program_id, _how(entry, span), rest, _join(pieces[span.start : span.end]))
            for span in taken
            for entry in span.entries
        ]
        first: dict[str, Naming] = {}
        for naming in namings:
            first.setdefault(naming.mini_program_id, naming)
        return list(first.values())

    def _spans(
        self, pieces: Sequence[str], is_visible: Callable[[str], bool], evidence: Evidence
    ) -> Iterator[_Span]:
        for start in range(len(pieces)):
            for end in range(start + 1, min(len(pieces), start + LONGEST_NAME) + 1):
                found = self._named(pieces, start, end, evidence)
                if found is None:
                    continue
                how, entries = found
                rest = _without(pieces, [_Span(start, end, how, ())])
                kept = tuple(
                    entry
                    for entry in entries
                    if is_visible(entry.mini_program_id) and self._is_meant(entry, rest, evidence)
                )
                if kept:
                    yield _Span(start, end, how, kept)

    def _named(
        self, pieces: Sequence[str], start: int, end: int, evidence: Evidence
    ) -> tuple[How, Sequence[_Entry]] | None:
        part = pieces[start:end]
        key = "".join(part)
        alone = len(part) == len(pieces)
        entries = [e for e in self._by_key.get(key, ()) if alone or _is_written_so(part, e, evidence)]
        if entries:
            return min(entry.how for entry in entries), entries
        if alone and (spelt := self._by_initials.get(key)):
            return How.PINYIN, spelt
        if any(is_han(piece) for piece in part) and (spelt := self._by_sound.get(romanise(part))):
            return How.TYPO if all(is_han(piece) for piece in part) else How.PINYIN, spelt
        if entries := self._slipped(part, key, alone, evidence):
            return How.TYPO, entries
        return None

    def _slipped(self, part: Sequence[str], key: str, alone: bool, evidence: Evidence) -> list[_Entry]:
        """The names that `key` differs from by one letter, two letters changed over, or one Chinese character."""
        if len(key) + 1 < TYPO_HAN:
            return []
        near = {name for slip in (key, *deletions(key)) for name in self._by_slip.get(slip, ())}
        entries = [
            entry
            for name in sorted(near)
            if one_edit_apart(key, name)
            for entry in self._by_key.get(name, ())
            if _may_be_slip(part, entry, alone)
        ]
        if entries and not any(is_han(piece) for piece in part) and _is_another_word(part, alone, evidence):
            return []
        return entries

    def _is_meant(self, entry: _Entry, rest: str, evidence: Evidence) -> bool:
        """A name that may be an ordinary word is meant when it stands alone, or its mini program sells the rest."""
        if not rest:
            return True
        if entry.is_han or entry.how == How.PINYIN:
            ordinary = entry.characters <= SHORT_HAN
        else:
            ordinary = len(entry.pieces) == 1 and evidence.is_word(entry.pieces[0]) is True
        return not ordinary or evidence.sells(entry.mini_program_id, rest)


def _entries(program: MiniProgram) -> Iterator[_Entry]:
    names = [(program.name, How.NAME), (program.name_en, How.NAME)]
    names += [(alias, How.ALIAS) for alias in program.aliases]
    known: set[str] = set()
    for name, how in names:
        pieces = tuple(units(name))
        key = "".join(pieces)
        if key and key not in known:
            known.add(key)
            yield _Entry(program.mini_program_id, how, key, pieces, len(pieces))
    for name, _ in names:
        if len(units(name)) < SHORT_HAN:
            continue
        for spelt in readings(name):
            if spelt not in known:
                known.add(spelt)
                yield _Entry(program.mini_program_id, How.PINYIN, spelt, (spelt,), len(units(name)))


def _slips(entry: _Entry) -> Iterator[str]:
    """What the entry may look like with one letter lost; a name that is too short may look like nothing else."""
    if len(entry.key) >= (TYPO_HAN if entry.is_han else TYPO_LETTERS):
        yield entry.key
        yield from deletions(entry.key)


def _may_be_slip(part: Sequence[str], entry: _Entry, alone: bool) -> bool:
    key = "".join(part)
    if not entry.is_han:
        plural = key == entry.key + "s"
        return key[0] == entry.key[0] and not plural and not any(is_han(piece) for piece in part)
    if not all(is_han(piece) for piece in part):
        return False
    if len(key) != len(entry.key):
        return alone and len(entry.key) > TYPO_HAN
    if sorted(key) == sorted(entry.key):
        return True
    wrong = [(a, b) for a, b in zip(key, entry.key, strict=True) if a != b]
    return all(syllable(a) == syllable(b) for a, b in wrong) or (alone and len(key) > TYPO_HAN)


def _is_written_so(part: Sequence[str], entry: _Entry, evidence: Evidence) -> bool:
    """Whether words side by side stand for a name that is written in fewer: only when they are no words themselves."""
    if len(part) <= len(entry.pieces) or entry.how == How.PINYIN:
        return True
    if any(len(piece) == 1 and not is_han(piece) for piece in part):
        return False
    return any(evidence.is_word(piece) is False for piece in part)


def _is_another_word(part: Sequence[str], alone: bool, evidence: Evidence) -> bool:
    """Whether what looks like a mistyped name may just be what was meant."""
    verdicts = [evidence.is_word(piece) for piece in part]
    if all(verdicts):
        return True
    return len(part) == 1 and not alone and verdicts[0] is None and len(part[0]) < TYPO_UNPROVEN


def _how(entry: _Entry, span: _Span) -> How:
    return max(entry.how, span.how)


def _length(pieces: Sequence[str], span: _Span) -> int:
    return sum(len(piece) for piece in pieces[span.start : span.end])


def _without(pieces: Sequence[str], spans: Sequence[_Span]) -> str:
    return _join([p for at, p in enumerate(pieces) if not any(s.start <= at < s.end for s in spans)])


def _join(pieces: Sequence[str]) -> str:
    """Units as text: blanks between words, none between Chinese characters."""
    text = ""
    for piece in pieces:
        blank = " " if text and not (is_han(piece) and is_han(text[-1])) else ""
        text += blank + piece
    return text
