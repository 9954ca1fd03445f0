"""Share and scan."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, QueryInt, Request
from contracts.api.pages import Target

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class ShareRequest(Request):
    """How the code should look."""

    width: int = Field(default=430, ge=280, le=1280)
    line_color: Color = "#000000"
    transparent: bool = False


class ShareAnswer(Answer):
    """A code that opens the product; the same host, sharer and product give the same one."""

    code: str
    link: str
    image_url: str
    qr_url: str
    expires_at: datetime | None = None


class LookQuery(Request):
    """The look, in the query of an image's address."""

    width: Annotated[QueryInt, Field(ge=280, le=1280)] = 430
    line_color: Color = "#000000"
    transparent: Literal["true", "false"] = "false"


class ShareCodeView(Answer):
    """What a code opens; counts are for the one who may see them."""

    code: str
    mini_program_id: str
    product_id: str
    target: Target | None = None
    withdrawn: bool = False
    scans: int | None = None
    created_at: datetime


class ScanText(Request):
    """A link or a code as text."""

    text: Annotated[str, Field(min_length=1, max_length=4096)]


class ScanAnswer(Answer):
    """What was scanned and where it leads."""

    code: str
    target: Target
    click_id: str
