"""Share codes, how they look, their quota, and scans."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import DIGITS, Answer, Request
from contracts.api.targets import Target

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Caption = Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ShareRequest(Request):
    """How the code should look. Without `line_color` it has the mini program's colour, or black."""

    width: int = Field(default=430, ge=280, le=1280)
    line_color: Color | None = None
    transparent: bool = False
    logo: bool = Field(default=True, description="show the mini program's logo in the middle, if it has one")
    caption: Caption = Field(default="", description="one line of text under the code")


class ShareAnswer(Answer):
    """A code that opens the product. The same host, sharer and product always have the same code."""

    code: str
    link: str
    image_url: str
    qr_url: str
    expires_at: datetime | None = None


class LookQuery(Request):
    """How the picture of a code looks."""

    width: Annotated[int, Field(ge=280, le=1280), DIGITS] = 430
    line_color: Color = "#000000"
    transparent: Literal["true", "false"] = "false"
    logo: Annotated[int, Field(ge=0, le=2**31), DIGITS] = Field(
        default=0, description="version of the mini program's logo; 0 draws an anchor instead"
    )
    caption: Caption = ""


class CodeLookRequest(Request):
    """How the codes of a mini program look, unless a share asks for another look."""

    line_color: Color | None = Field(default=None, description="its contrast to white must be at least 4.5:1")
    logo: (
        Annotated[str, Field(max_length=700_000, json_schema_extra={"contentEncoding": "base64"})] | None
    ) = Field(
        default=None,
        description="a PNG, JPEG or WebP picture of at most 500,000 bytes, cropped to its middle square",
    )


class CodeLookView(Answer):
    """How the codes of a mini program look. `version` grows with each change; `logo` says whether there is a logo."""

    mini_program_id: str
    version: int
    line_color: Color | None = None
    logo: bool = False


class Allowance(Answer):
    """How many new codes can be created in the current window, which ends at `resets_at`."""

    limit: int
    used: int
    left: int
    resets_at: datetime


class ShareQuota(Answer):
    """How many codes a mini program has and can create. Sharing a product again uses no quota."""

    mini_program_id: str
    codes: int = Field(description="codes created so far; their total is not limited")
    per_minute: Allowance = Field(description="new codes of the whole mini program in the current minute")
    per_sharer_and_day: int = Field(description="new codes that one viewer can create in a day")


class ShareCodeView(Answer):
    """What a code opens. `scans` is null for callers who may not see it."""

    code: str
    mini_program_id: str
    product_id: str
    target: Target | None = None
    withdrawn: bool = False
    scans: int | None = None
    created_at: datetime


class ScanText(Request):
    """A share link or code as text."""

    text: Annotated[str, Field(min_length=1, max_length=4096)]


class ScanAnswer(Answer):
    """The code that was scanned and where it leads."""

    code: str
    target: Target
    click_id: str
