"""Answers compressed with brotli or gzip, as the caller accepts (RFC 9110, section 12.5.3).

Text of 1,000 bytes or more is compressed: JSON, HTML, CSS, scripts, SVG. Pictures in other formats are compressed already, and
streams are sent as they arrive. Answers with `Cache-Control: no-store`, such as tokens, stay as they are, so that their
length tells nothing about a secret (BREACH).
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import brotli
from aiohttp import web
from multidict import CIMultiDict

MIN_BYTES = 1000
"""Smaller answers fit into one packet anyway."""
THREAD_BYTES = 256 * 1024
"""Compressing this much takes milliseconds, so it happens in a thread."""
FAST = {"br": 3, "gzip": 1}
"""Levels for answers made for one request: figures in docs/measurements/pages.md."""
BEST = {"br": 9, "gzip": 9}
"""Levels for fixed answers. Level 11 of brotli would make a start take a second longer."""
GZIP_WINDOW = 31
TEXT = frozenset(
    {
        "application/javascript", "application/json", "application/manifest+json", "application/problem+json",
        "image/svg+xml", "text/css", "text/csv", "text/html", "text/javascript", "text/plain",
    }
)  # fmt: skip


def preferred_encoding(accepted: str) -> str | None:
    """`br` or `gzip` from an Accept-Encoding header: the one with the higher weight, `br` if equal.

    None if neither is accepted, or if the caller prefers `identity`.
    """
    weights: dict[str, float] = {}
    for entry in accepted.lower().split(","):
        name, _, parameters = entry.partition(";")
        weights[name.strip()] = _weight(parameters)
    of_others = weights.get("*", 0.0)
    best = max(FAST, key=lambda name: weights.get(name, of_others))
    weight = weights.get(best, of_others)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def compressed(body: bytes, encoding: str, levels: Mapping[str, int] = FAST) -> bytes:
    """The body in this encoding, `br` or `gzip`."""
    if encoding == "br":
        return bytes(brotli.compress(body, mode=brotli.MODE_TEXT, quality=levels["br"]))
    return zlib.compress(body, levels["gzip"], wbits=GZIP_WINDOW)


async def compress_answer(request: web.Request, response: web.StreamResponse) -> None:
    """Compress a complete answer if that is worth it and the caller accepts it; otherwise leave it as it is."""
    if not isinstance(response, web.Response) or response.prepared:
        return
    if response.status == 304 or response.content_type in TEXT:
        _add_vary(response)
    body = response.body
    if not isinstance(body, bytes) or not _is_worth_it(response, body):
        return
    encoding = preferred_encoding(_accepted(request))
    if encoding is None:
        return
    if len(body) < THREAD_BYTES:
        response.body = compressed(body, encoding)
    else:
        response.body = await asyncio.to_thread(compressed, body, encoding)
    headers = response.headers
    headers["Content-Encoding"] = encoding
    headers.popall("Accept-Ranges", None)  # ranges count uncompressed bytes
    if headers.get("ETag", "").startswith('"'):
        headers["ETag"] = "W/" + headers["ETag"]  # these are other bytes than those that the tag names


@dataclass(frozen=True)
class FixedAnswer:
    """An answer with the same body for every caller, compressed once, with an ETag. Make it with `fixed_answer`."""

    bodies: Mapping[str | None, bytes]
    headers: Mapping[str, str]
    tag: str

    def response(self, request: web.Request) -> web.Response:
        """200 in the encoding that the caller prefers, or 304 if the caller has it already."""
        headers = CIMultiDict({**self.headers, "ETag": f'W/"{self.tag}"', "Vary": "Accept-Encoding"})
        if any(known.value in (self.tag, "*") for known in request.if_none_match or ()):
            del headers["Content-Type"]
            return web.Response(status=304, headers=headers)
        encoding = preferred_encoding(_accepted(request))
        if encoding not in self.bodies:
            encoding = None
        if encoding is not None:
            headers["Content-Encoding"] = encoding
        return web.Response(body=self.bodies[encoding], headers=headers)


def fixed_answer(body: bytes, content_type: str, headers: Mapping[str, str] | None = None) -> FixedAnswer:
    """An answer that never changes. `content_type` is the whole header; other media types than text stay uncompressed."""
    bodies: dict[str | None, bytes] = {None: body}
    if content_type.partition(";")[0] in TEXT and len(body) >= MIN_BYTES:
        bodies |= {encoding: compressed(body, encoding, BEST) for encoding in BEST}
    tag = hashlib.sha256(body).hexdigest()[:20]
    return FixedAnswer(bodies, {**(headers or {}), "Content-Type": content_type}, tag)


def _accepted(request: web.Request) -> str:
    return ",".join(request.headers.getall("Accept-Encoding", ()))


def _weight(parameters: str) -> float:
    """The weight `q` of an entry: 1 if it is left out, 0 if it is malformed."""
    name, _, value = parameters.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _is_worth_it(response: web.Response, body: bytes) -> bool:
    policy = response.headers.get("Cache-Control", "")
    return (
        len(body) >= MIN_BYTES
        and response.content_type in TEXT
        and response.status != 206
        and "Content-Encoding" not in response.headers
        and "no-store" not in policy
        and "no-transform" not in policy
    )


def _add_vary(response: web.Response) -> None:
    vary = response.headers.get("Vary", "")
    if "accept-encoding" not in vary.lower():
        response.headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
