"""The demo host app has words for each error that its viewers can meet."""

from __future__ import annotations

import re
from pathlib import Path

import host_demo
from gateway.faults import faults_of
from gateway.table import CALLS as PUBLIC_CALLS
from host_demo.calls import CALLS as APP_CALLS

APP = Path(host_demo.__file__).parent / "web" / "assets" / "app"
WORDS = set(re.findall(r"^  (\w+): \[", (APP / "i18n.js").read_text(encoding="utf-8"), re.MULTILINE))
OF_THE_PROGRAM = {
    "bad_token", "empty_price_range", "empty_query", "idempotency_key_invalid", "idempotency_key_missing", "idempotency_key_reused",
    "invalid_click", "invalid_cursor", "malformed_form", "malformed_json", "malformed_request", "malformed_version", "no_token",
    "query_too_long", "unsupported_media_type", "wrong_scope",
}  # fmt: skip
"""Errors in what the program sends, which no viewer can mend: they are told that something went wrong."""
SAID_OTHERWISE = {
    "no_code_found": "scan_none", "unreadable_image": "scan_none", "withdrawn": "scan_withdrawn", "version_conflict": "cart_elsewhere",
    "unavailable": "wrong_away",
}  # fmt: skip
"""Errors for which the screen has words of its own, by their name in `i18n.js`."""
UNUSED_HERE = {"payment_refused"}
"""Errors of calls that the app may make and does not."""


def test_each_error_that_a_viewer_can_meet_has_words() -> None:
    ours = {(call.method, _shape(f"/v1{call.path}")) for call in APP_CALLS}
    made = [call for call in PUBLIC_CALLS if (call.method, _shape(call.path)) in ours]
    assert len(made) >= len(APP_CALLS) - 1, "pictures of codes are one call here and three at the gateway"
    codes = {fault.code for call in made for fault in faults_of(call)}
    assert set(SAID_OTHERWISE.values()) <= WORDS
    assert codes - WORDS - OF_THE_PROGRAM - SAID_OTHERWISE.keys() - UNUSED_HERE == set()


def _shape(path: str) -> str:
    """The path without the names of its parts: `/v1/videos/{video_id:[a-z]{1,64}}` → `/v1/videos/{}`."""
    return re.sub(r"\{(?:[^{}]|\{[^{}]*\})*\}", "{}", path)
