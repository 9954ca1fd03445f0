"""The documentation page and its examples."""

from __future__ import annotations

import json
import re
from html import unescape

from gateway.docs_example import curl
from gateway.docs_page import CSP, STYLE, page
from gateway.faults import faults_of
from gateway.openapi import document
from gateway.table import CALLS

DOCUMENT = document(CALLS, "http://gateway")


def test_the_page_shows_every_call_and_loads_nothing() -> None:
    html = page(DOCUMENT)
    for call in CALLS:
        assert f'id="{call.name}"' in html
        assert call.documented_path in html
    assert not re.findall(r"""(?:src|href)=["'](?!#|/openapi\.json)""", html)
    assert "<script" not in html
    assert f"<style>{STYLE}</style>" in html, "the style that the policy allows by hash"
    assert "sha256-" in CSP
    for name in DOCUMENT["components"]["schemas"]:
        assert f'id="schema-{name}"' in html
    links = set(re.findall(r'href="#([^"]+)"', html))
    assert links <= set(re.findall(r'id="([^"]+)"', html)), "every link leads somewhere"


def test_the_page_shows_every_error_on_a_line_of_its_own() -> None:
    text = unescape(page(DOCUMENT)).replace("<code>", "`").replace("</code>", "`")
    for call in CALLS:
        for fault in faults_of(call):
            assert re.search(rf"(>|<br>){re.escape(f'`{fault.code}`: {fault.meaning}')}(<br>|</div>)", text)


def test_every_call_has_an_example_command_with_a_valid_body() -> None:
    for call in CALLS:
        operation = DOCUMENT["paths"][call.documented_path][call.method.lower()]
        command = curl(call.documented_path, call.method, operation, DOCUMENT["components"]["schemas"])
        assert command.startswith("curl ")
        assert "{" not in command.splitlines()[0], "the reader fills in shell variables"
        assert ("Authorization" in command) == bool(call.scopes)
    [place] = [call for call in CALLS if call.name == "place_order"]
    command = curl(
        place.documented_path,
        "POST",
        DOCUMENT["paths"][place.documented_path]["post"],
        DOCUMENT["components"]["schemas"],
    )
    assert '"$GATEWAY/v1/mini-programs/$MINI_PROGRAM_ID/orders"' in command
    assert "Idempotency-Key" in command
    assert json.loads(command.split("-d ")[1].strip("'")) == {"lines": [{"sku_id": "…", "quantity": 1}]}
