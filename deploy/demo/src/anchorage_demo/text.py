"""Words in the two languages that the demo speaks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in Chinese and in English."""

    zh: str
    en: str

    @classmethod
    def parse(cls, written: str) -> "Text":
        """Read `Chinese / English`; a word without the bar is the same in both languages."""
        zh, bar, en = written.partition(" / ")
        return cls(zh.strip(), (en if bar else zh).strip())
