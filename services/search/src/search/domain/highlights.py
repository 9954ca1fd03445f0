"""Marks the words of a query in a title."""

from __future__ import annotations

import re
from html import escape

from search.domain.language.text import fold, is_han, stems, units

MARK, END = "<mark>", "</mark>"
_pieces = re.compile(r"[^\W_]+")


def highlighted(title: str, query: str) -> str | None:
    """The title as escaped HTML with matching words and characters in `<mark>`; None when nothing matches."""
    terms = set(stems(query)) | {unit for unit in units(query) if is_han(unit)}
    if not terms:
        return None
    marks = [_is_match(char_or_word, terms) for char_or_word in _split(title)]
    if not any(marks):
        return None
    html, open_mark = "", False
    for piece, is_match in zip(_split(title), marks, strict=True):
        if is_match != open_mark:
            html += MARK if is_match else END
            open_mark = is_match
        html += escape(piece)
    return html + (END if open_mark else "")


def _split(title: str) -> list[str]:
    """Words, single Chinese characters and the text between them, in order; joined they are the title."""
    pieces: list[str] = []
    at = 0
    for run in _pieces.finditer(title):
        if run.start() > at:
            pieces.append(title[at : run.start()])
        word = ""
        for char in run.group():
            if is_han(char):
                pieces += [word, char] if word else [char]
                word = ""
            else:
                word += char
        if word:
            pieces.append(word)
        at = run.end()
    return [*pieces, title[at:]] if at < len(title) else pieces


def _is_match(piece: str, terms: set[str]) -> bool:
    if is_han(piece):
        return fold(piece) in terms
    return any(stem in terms for stem in stems(piece))
