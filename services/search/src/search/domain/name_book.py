"""Finds the mini programs that a query names.

A score does not detect names (measured on real brand queries, docs/measurements/search.md). A query names a mini program
when it contains the whole of a name or alias, in Chinese or Latin letters, in pinyin, or with one typo. Longer names win
over shorter ones inside them. A name that could be an ordinary word counts only with evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from search.domain.documents import MiniProgram
from search.domain.language.pinyin import initials, romanise
from search.domain.language.text import is_han, units
from search.domain.names import (
    AMBIGUOUS_HAN,
    MIN_TYPO_HAN,
    NO_EVIDENCE,
    Evidence,
    MatchKind,
    NameEntry,
    NameMatch,
    entries_of,
    is_meant,
    is_other_word,
    may_be_split,
    may_be_typo,
    typos_of,
)
from search.domain.spelling import deletions, one_edit_apart

MAX_NAME_UNITS = 12
"""Units (words or Chinese characters) of a query that are tried as one name."""
MAX_QUERY_UNITS = 64
"""Units of a query that are searched for names; names are at its front or end."""
MIN_INITIALS = 4
"""Letters that initials of pinyin need before they count as a name."""


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: MatchKind
    entries: tuple[NameEntry, ...]

    def overlaps(self, other: _Span) -> bool:
        return self.start < other.end and other.start < self.end


class NameBook:
    """All names of mini programs, indexed for finding them in queries."""

    def __init__(self, programs: Iterable[MiniProgram] = ()) -> None:
        self._entries: dict[str, list[NameEntry]] = {}
        self._by_key: dict[str, list[NameEntry]] = defaultdict(list)
        self._by_typo: dict[str, set[str]] = defaultdict(set)
        self._by_sound: dict[str, list[NameEntry]] = defaultdict(list)
        self._by_initials: dict[str, list[NameEntry]] = defaultdict(list)
        for program in programs:
            self.put(program)

    def put(self, program: MiniProgram) -> None:
        """Add the mini program's names, in place of those it had."""
        self.remove(program.mini_program_id)
        entries = [entry for entry in entries_of(program) if entry.key]
        self._entries[program.mini_program_id] = entries
        for entry in entries:
            self._by_key[entry.key].append(entry)
            for typo in typos_of(entry):
                self._by_typo[typo].add(entry.key)
            if entry.is_han and len(entry.pieces) > AMBIGUOUS_HAN:
                self._by_sound[romanise(entry.pieces)].append(entry)
            if entry.is_han and len(entry.pieces) >= MIN_INITIALS:
                self._by_initials[initials(entry.key)].append(entry)

    def remove(self, mini_program_id: str) -> None:
        """Remove the mini program's names."""
        for entry in self._entries.pop(mini_program_id, ()):
            self._by_key[entry.key].remove(entry)
            if not self._by_key[entry.key]:
                del self._by_key[entry.key]
                for typo in typos_of(entry):
                    self._by_typo[typo].discard(entry.key)
            for book in (self._by_sound, self._by_initials):
                for key in [romanise(entry.pieces), initials(entry.key)]:
                    if entry in book.get(key, ()):
                        book[key].remove(entry)

    def find(
        self, text: str, is_visible: Callable[[str], bool], evidence: Evidence = NO_EVIDENCE
    ) -> list[NameMatch]:
        """The visible mini programs that `text` names, the longest name first, then the most certain match."""
        pieces = units(text)[:MAX_QUERY_UNITS]
        spans = list(self._spans(pieces, is_visible, evidence))
        spans.sort(
            key=lambda span: (span.kind == MatchKind.TYPO, -_length(pieces, span), span.kind, span.start)
        )
        taken: list[_Span] = []
        for span in spans:
            if not any(span.overlaps(other) for other in taken):
                taken.append(span)
        rest = _without(pieces, taken)
        first: dict[str, NameMatch] = {}
        for span in taken:
            written = _join(pieces[span.start : span.end])
            for entry in span.entries:
                match = NameMatch(entry.mini_program_id, max(entry.kind, span.kind), rest, written)
                first.setdefault(match.mini_program_id, match)
        return list(first.values())

    def _spans(
        self, pieces: Sequence[str], is_visible: Callable[[str], bool], evidence: Evidence
    ) -> Iterator[_Span]:
        for start in range(len(pieces)):
            for end in range(start + 1, min(len(pieces), start + MAX_NAME_UNITS) + 1):
                found = self._entries_for(pieces, start, end, evidence)
                if found is None:
                    continue
                kind, entries = found
                rest = _without(pieces, [_Span(start, end, kind, ())])
                kept = tuple(
                    entry
                    for entry in entries
                    if is_visible(entry.mini_program_id) and is_meant(entry, rest, evidence)
                )
                if kept:
                    yield _Span(start, end, kind, kept)

    def _entries_for(
        self, pieces: Sequence[str], start: int, end: int, evidence: Evidence
    ) -> tuple[MatchKind, Sequence[NameEntry]] | None:
        part = pieces[start:end]
        key = "".join(part)
        alone = len(part) == len(pieces)
        entries = [e for e in self._by_key.get(key, ()) if alone or may_be_split(part, e, evidence)]
        if entries:
            return min(entry.kind for entry in entries), entries
        if alone and (spelt := self._by_initials.get(key)):
            return MatchKind.PINYIN, spelt
        if any(is_han(piece) for piece in part) and (spelt := self._by_sound.get(romanise(part))):
            return MatchKind.TYPO if all(is_han(piece) for piece in part) else MatchKind.PINYIN, spelt
        if entries := self._mistyped(part, key, alone, evidence):
            return MatchKind.TYPO, entries
        return None

    def _mistyped(self, part: Sequence[str], key: str, alone: bool, evidence: Evidence) -> list[NameEntry]:
        """The names that differ from `key` by one letter, two swapped letters, or one Chinese character."""
        if len(key) + 1 < MIN_TYPO_HAN:
            return []
        near = {name for typo in (key, *deletions(key)) for name in self._by_typo.get(typo, ())}
        is_latin = not any(is_han(piece) for piece in part)
        return [
            entry
            for name in sorted(near)
            if one_edit_apart(key, name)
            for entry in self._by_key.get(name, ())
            if may_be_typo(part, entry, alone)
            and not (is_latin and is_other_word(part, entry, alone, evidence))
        ]


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
