"""Makes a recorded example the same in each recording: random ids, secrets, times and addresses get values that stay."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.calls import CSV
from gateway.recorded_examples import Body, Example

BASE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=15)
"""Times are told to this step: a recording takes less."""
RECENT = timedelta(days=40)
"""Times further away than this were chosen by the test and stay."""
ADDRESS = "https://anchorage.example"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJleGFtcGxlIn0.c2lnbmF0dXJl"
SIGNED = "eyJleGFtcGxlIjp0cnVlfQ.c2lnbmF0dXJl"
OPAQUE: Mapping[str, Any] = {
    "access_token": TOKEN, "session_token": TOKEN, "click_id": SIGNED, "result_id": SIGNED, "cursor": "ZXhhbXBsZQ",
    "next_cursor": "ZXhhbXBsZQ", "client_secret": "example-secret-Zm9yLWRvY3VtZW50YXRpb24", "secret": "whsec_ZXhhbXBsZS1zZWNyZXQtb2YtYS13ZWJob29r",
    "cashier_url": "https://openapi.alipay.com/gateway.do?method=alipay.trade.wap.pay", "sign": "c2lnbmF0dXJl",
    "n": "c2lnbmluZyBrZXk", "kid": "example", "author": "ab***cd",
}  # fmt: skip
"""What stands for opaque texts, by the name of the field."""
NUMBERS: Mapping[str, int] = {
    "milliseconds": 3, "attempts": 1, "failures": 1, "read": 1_000, "to_read": 1_000, "used": 2, "left": 4_998, "sales": 5,
}  # fmt: skip
"""What stands for numbers that depend on the moment."""
MAX_ITEMS = 2
"""Items of a page in an example; the others say nothing new."""
UPPER = r"(?P<upper>[0-9A-Z]{26}|(?<=CZQ\d)[0-9A-F]{8})"
RANDOM = re.compile(r"[0-9A-Z]{26}|[0-9a-z]{16,}|[0-9a-f]{8,}|[0-9:.-]{8,}")
DIGITS = r"(?P<digits>(?<!\w)[0-9]{16,}(?!\w))"
NAMED = re.compile(rf"{DIGITS}|{UPPER}|[0-9a-z]{{16,}}|[0-9a-f]{{8,}}")
"""The random part of an id."""
ANYWHERE = re.compile(
    rf"{DIGITS}|{UPPER}|(?<![A-Za-z0-9%])(?:[0-9a-z]{{26}}|[0-9a-f]*[a-f][0-9a-f]*(?<=[0-9a-f]{{8}})|[0-9a-f]{{8}})(?![A-Za-z0-9])"
    r"|(?:(?<=zq\d)|(?<=plum))[0-9a-f]{8}|(?<=\bo)[0-9a-f]{32}"
)
"""A random part in any text, such as a name that a test made up."""
IDS = re.compile(r".*_(id|no|ids)|id|openid|account|statement|payee|object_id|sharer")
TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:(?P<mark>[T ])(?P<time>\d\d:\d\d:\d\d)(?:\.\d+)?(?P<zone>Z|\+00:00)?)?(?!\d)"
)
LINK = re.compile(r"https?://[^\"\s]+/gateway\.do\?[^\"\s]+")
"""A signed link in a text."""
LOCAL = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+")


@dataclass
class Stable:
    """One example's replacements. `now` is when the recording began."""

    now: datetime
    known: dict[str, str] = field(default_factory=dict)

    def example(self, example: Example) -> Example:
        """The example with values that stay."""
        if example.answer is not None:
            shorten = _shortened_table if example.answer.media == CSV else _shortened
            example = replace(
                example, answer=replace(example.answer, content=shorten(example.answer.content))
            )
        self._learn("", dict(example.parameters))
        for body in (example.request, example.answer):
            self._learn("", body.content if body is not None else None)
        return replace(
            example,
            parameters=dict(sorted(self._replaced("", dict(example.parameters)).items())),
            request=self._body(example.request),
            answer=self._body(example.answer),
        )

    def _body(self, body: Body | None) -> Body | None:
        return body and replace(body, content=self._replaced("", body.content))

    def _learn(self, name: str, value: Any) -> None:
        """Find the random parts, in their order."""
        if isinstance(value, dict):
            for key, part in value.items():
                self._learn("account" if ":" in key else "", key)
                self._learn(key, part)
        elif isinstance(value, list):
            for part in value:
                self._learn(name, part)
        elif isinstance(value, str) and name not in OPAQUE:
            for found in (NAMED if IDS.fullmatch(name) else ANYWHERE).finditer(value):
                self.known.setdefault(found[0], _stand_in(len(self.known), found))

    def _replaced(self, name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._text(key): self._replaced(key, part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._replaced(name, part) for part in value]
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return OPAQUE.get(name) or self._text(value)
        return NUMBERS.get(name, value)

    def _text(self, text: str) -> str:
        text = LINK.sub(OPAQUE["cashier_url"], text)
        text = LOCAL.sub(ADDRESS, TIME.sub(self._time, text))
        for random, stand_in in sorted(self.known.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(random, stand_in)
        return text

    def _time(self, found: re.Match[str]) -> str:
        day, time = found["day"], found["time"]
        at = datetime.fromisoformat(f"{day}T{time or '00:00:00'}+00:00")
        if abs(at - self.now) > RECENT:
            return found[0]
        if time is None:
            return (
                (BASE + (at - self.now.replace(hour=0, minute=0, second=0, microsecond=0))).date().isoformat()
            )
        stable = BASE + (at - self.now) // STEP * STEP
        return f"{stable:%Y-%m-%d}{found['mark']}{stable:%H:%M:%S}{found['zone'] or ''}"


def _shortened(content: Any) -> Any:
    """A page with the items that say the most, and accounts in an order that no random id decides."""
    if not isinstance(content, dict):
        return content
    if isinstance(content.get("items"), list):
        items = sorted(content["items"], key=lambda item: (-said(item), _blanked(item)))
        return content | {"items": items[:MAX_ITEMS]}
    return {name: _accounts(part) if name == "balances" else part for name, part in content.items()}


def _shortened_table(content: str) -> str:
    """The names of the columns, and some lines."""
    names, *lines = content.splitlines()
    return "\n".join([names, *sorted(lines, key=_blanked)[:MAX_ITEMS]])


def _accounts(balances: dict[str, int]) -> dict[str, int]:
    return dict(sorted(balances.items(), key=lambda pair: (_blanked(pair[0]), pair[1])))


def _blanked(value: Any) -> str:
    """The value as a text without what is random."""
    return RANDOM.sub("", json.dumps(value, ensure_ascii=False))


def said(value: Any) -> int:
    """How many values there are to read."""
    if isinstance(value, dict):
        return sum(map(said, value.values()))
    if isinstance(value, list):
        return sum(map(said, value))
    return int(value not in (None, "", False))


def _stand_in(number: int, random: re.Match[str]) -> str:
    """Of the same length and letters."""
    kind = random.groupdict()
    digest = hashlib.sha256(f"{number}".encode()).hexdigest()
    if kind.get("digits"):
        digest = str(int(digest, 16))
    elif kind.get("upper"):
        digest = digest.upper()
    return (digest * (len(random[0]) // len(digest) + 1))[: len(random[0])]
