"""The closed list of gateway calls that the page may make through this server, and whose token each carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Token = Literal["host", "viewer", "none"]

ID = "[A-Za-z0-9][A-Za-z0-9_.:~-]*"
INSIDE = f"/mini-programs/{{mini_program_id:{ID}}}"
ORDER = f"{INSIDE}/orders/{{order_id:{ID}}}"
ADDRESSES = f"{INSIDE}/account/addresses"
READ_SECONDS, WRITE_SECONDS, ORDER_SECONDS, SCAN_SECONDS = 6, 10, 20, 30
MAX_PICTURE = 12 * 1024 * 1024
"""The gateway's own limit for a picture to scan."""


@dataclass(frozen=True)
class Call:
    """`/api/<host>` + path here is `/v1` + path at the gateway.

    `token` is the host's, that of the viewer's session in the mini program, or none. `seconds` is None for a stream; reads
    have a short limit, so that the page soon shows that a part is unavailable.
    """

    method: str
    path: str
    token: Token
    seconds: float | None = READ_SECONDS
    max_body: int = 64 * 1024


CALLS = (
    Call("GET", "/entry/mini-programs", "host"),
    Call("GET", "/search", "host"),
    Call("GET", "/search/suggestions", "host"),
    Call("POST", "/search/clicks", "host"),
    Call("GET", f"/videos/{{video_id:{ID}}}", "host"),
    Call("POST", "/scans", "host", seconds=SCAN_SECONDS, max_body=MAX_PICTURE),
    Call("GET", f"/share-codes/{{code:{ID}}}/{{picture:image[.]png|image[.]svg|qr[.]png}}", "none"),
    Call("GET", f"{INSIDE}/store", "viewer"),
    Call("GET", f"{INSIDE}/products/{{product_id:{ID}}}", "viewer"),
    Call("GET", f"{INSIDE}/products/{{product_id:{ID}}}/reviews", "viewer"),
    Call("GET", f"{INSIDE}/search", "viewer"),
    Call("POST", f"{INSIDE}/products/{{product_id:{ID}}}/share-codes", "viewer"),
    Call("GET", f"{INSIDE}/account", "viewer"),
    Call("GET", ADDRESSES, "viewer"),
    Call("POST", ADDRESSES, "viewer", seconds=WRITE_SECONDS),
    Call("PUT", f"{ADDRESSES}/{{address_id:{ID}}}", "viewer", seconds=WRITE_SECONDS),
    Call("DELETE", f"{ADDRESSES}/{{address_id:{ID}}}", "viewer", seconds=WRITE_SECONDS),
    Call("GET", f"{INSIDE}/delivery-terms", "viewer"),
    Call("GET", f"{INSIDE}/cart", "viewer"),
    Call("PUT", f"{INSIDE}/cart", "viewer", seconds=WRITE_SECONDS),
    Call("POST", f"{INSIDE}/quotes", "viewer"),
    Call("GET", f"{INSIDE}/orders", "viewer"),
    Call("POST", f"{INSIDE}/orders", "viewer", seconds=ORDER_SECONDS),
    Call("GET", ORDER, "viewer"),
    Call("GET", f"{ORDER}/events", "viewer", seconds=None),
    Call("POST", f"{ORDER}/payments", "viewer", seconds=WRITE_SECONDS),
    Call("POST", f"{ORDER}/cancellation", "viewer", seconds=WRITE_SECONDS),
    Call("POST", f"{ORDER}/refunds", "viewer", seconds=WRITE_SECONDS),
    Call("DELETE", f"{ORDER}/refunds/{{refund_id:{ID}}}", "viewer", seconds=WRITE_SECONDS),
    Call("POST", f"{ORDER}/receipt", "viewer", seconds=WRITE_SECONDS),
    Call("GET", f"{ORDER}/reviews", "viewer"),
    Call("POST", f"{ORDER}/reviews", "viewer", seconds=WRITE_SECONDS),
)
