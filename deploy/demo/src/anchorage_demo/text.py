"""Texts in the demo's two languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Chinese and in English."""

    zh: str
    en: str

    @classmethod
    def parse(cls, written: str) -> "Text":
        """Parse `Chinese / English`; a text without the bar is the same in both languages."""
        zh, bar, en = written.partition(" / ")
        return cls(zh.strip(), (en if bar else zh).strip())
