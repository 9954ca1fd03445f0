"""Google Merchant XML: the items of an RSS feed, or the entries of an Atom feed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO
from xml.parsers import expat

from product_feeds.rows import MAX_LINE, BadLine, Row, Unreadable, field_name

CHUNK = 64 * 1024
"""Characters that are parsed at once."""
ITEMS = frozenset({"item", "entry"})
JOINED = "additional_image_link"
"""The field that may be repeated in an item; of any other field only one element counts."""
MAX_DEPTH = 64
MAX_NAMES = 10_000
"""Different names of elements and attributes, all of which the parser keeps. Feeds have fewer than a hundred."""
MAX_MARKUP = 4 * MAX_LINE
"""Bytes of one tag or comment, which the parser keeps until it ends."""
_HINTS = {
    expat.errors.XML_ERROR_UNDEFINED_ENTITY: "Write characters such as &nbsp; as numbers (&#160;), or in CDATA",
    expat.errors.XML_ERROR_INVALID_TOKEN: "Write & as &amp; and < as &lt;, or put the text into CDATA",
    expat.errors.XML_ERROR_NO_ELEMENTS: "The file ends before its first element",
    expat.errors.XML_ERROR_TAG_MISMATCH: "Close each element before the one around it",
}


def xml_rows(text: TextIO) -> Iterator[Row | BadLine]:
    """Each item with the number of its first line. Raises Unreadable for text that is not XML, and for a DOCTYPE.

    A DOCTYPE is refused before its declarations are read: feeds need none, and its entities can name files or grow without limit.
    """
    items = _Items()
    first = text.read(CHUNK)
    begun = first.lstrip()
    items.skipped_lines = first[: len(first) - len(begun)].count("\n")
    chunk = begun
    while chunk:
        yield from items.parse(chunk, final=False)
        chunk = text.read(CHUNK)
    yield from items.parse("", final=True)
    if not items.found:
        raise Unreadable(
            "The file has no <item> (RSS) and no <entry> (Atom). Put each product into one, below <channel> or <feed>."
        )


class _Items:
    """Collects the direct children of each item, by their names without a prefix. Those with the prefix `g` are preferred."""

    def __init__(self) -> None:
        self.skipped_lines = 0
        self.found = False
        self._names: dict[str, str] = {}
        self._parser = expat.ParserCreate("utf-8", None, self._names)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._ready: list[Row | BadLine] = []
        self._depth = 0
        self._item_depth = 0
        self._line = 0
        self._length = 0
        self._fields: dict[str, str] = {}
        self._preferred: set[str] = set()
        self._texts: list[str] = []
        self._joined: list[str] = []
        self._href = ""
        self._fed = 0
        self._reached = 0

    def parse(self, chunk: str, *, final: bool) -> list[Row | BadLine]:
        """The items that end in this chunk."""
        self._ready = []
        data = chunk.encode()
        try:
            self._parser.Parse(data, final)
        except expat.ExpatError as error:
            said = expat.ErrorString(error.code)
            hint = _HINTS.get(said, "Check the file with an XML validator")
            raise Unreadable(
                f"Line {error.lineno + self.skipped_lines} is not well-formed XML ({said}). {hint}."
            ) from None
        self._check_memory(len(data))
        return self._ready

    def _check_memory(self, length: int) -> None:
        """Raises Unreadable for what the parser itself would keep without limit."""
        self._fed += length
        self._reached = max(self._reached, self._parser.CurrentByteIndex)
        line = self._parser.CurrentLineNumber + self.skipped_lines
        if self._fed - self._reached > MAX_MARKUP:
            raise Unreadable(
                f"Line {line} begins a tag or comment of more than {MAX_MARKUP} bytes. Is its end missing?"
            )
        if len(self._names) > MAX_NAMES:
            raise Unreadable(
                f"Line {line}: the file has more than {MAX_NAMES} different names of elements and attributes. "
                "Use the names of Google's fields, and write what differs as their text."
            )

    def _refuse_doctype(self, *_: object) -> None:
        raise Unreadable("The file has a DOCTYPE. Leave it out; feeds need none.")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"Elements are nested more than {MAX_DEPTH} deep. A feed needs four levels.")
        if not self._item_depth:
            if name.rpartition(":")[2].lower() in ITEMS:
                self._item_depth = self._depth
                self._line = self._parser.CurrentLineNumber + self.skipped_lines
                self._fields, self._preferred, self._joined, self._length = {}, set(), [], 0
                self.found = True
            return
        self._length += len(name) + sum(len(key) + len(value) for key, value in attributes.items())
        if self._depth == self._item_depth + 1:
            self._texts, self._href = [], attributes.get("href", "")

    def _characters(self, data: str) -> None:
        if self._item_depth and self._depth > self._item_depth:
            self._length += len(data)
            if self._length <= MAX_LINE:
                self._texts.append(data)

    def _end(self, name: str) -> None:
        if self._item_depth and self._depth == self._item_depth + 1:
            if self._length <= MAX_LINE:
                self._put(name, "".join(self._texts).strip() or self._href)
            self._texts = []
        elif self._item_depth == self._depth:
            too_much = f"The item has more than {MAX_LINE} characters. Shorten its texts."
            is_good = self._length <= MAX_LINE
            if self._joined:
                self._fields[JOINED] = ",".join(self._joined)
            self._ready.append(Row(self._line, self._fields) if is_good else BadLine(self._line, too_much))
            self._item_depth = 0
        self._depth -= 1

    def _put(self, name: str, value: str) -> None:
        field, is_preferred = field_name(name), name.lower().startswith("g:")
        if not value:
            return
        if field == JOINED:
            self._joined.append(value)
        elif field not in self._fields or (is_preferred and field not in self._preferred):
            self._fields[field] = value
        if is_preferred:
            self._preferred.add(field)
