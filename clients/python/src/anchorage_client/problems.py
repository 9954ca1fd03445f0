"""Errors that the platform answers, as exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class WrongField:
    """A field of the request that is wrong, such as `lines[0].quantity`, and why."""

    field: str
    message: str


class Problem(Exception):
    """An error answer (RFC 9457). `code` is stable; `document` is the whole answer, which may say more."""

    def __init__(self, response: httpx.Response) -> None:
        document = _document(response)
        self.status = response.status_code
        self.code = str(document.get("code") or document.get("error") or "unknown")
        self.detail = str(
            document.get("detail") or document.get("error_description") or response.reason_phrase
        )
        self.errors = [WrongField(one["field"], one["message"]) for one in document.get("errors") or ()]
        self.retry_after = retry_after(response)
        self.document = document
        super().__init__(f"{self.status} {self.code}: {self.detail}")


def retry_after(response: httpx.Response) -> float | None:
    """The seconds after which the platform asks to be called again."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else None


def _document(response: httpx.Response) -> dict[str, Any]:
    if "json" not in response.headers.get("Content-Type", ""):
        return {}
    try:
        content = response.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
