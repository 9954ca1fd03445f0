"""Share and scan."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import Answer, QueryInt, Request
from contracts.api.targets import Target

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
Caption = Annotated[str, Field(max_length=40, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ShareRequest(Request):
    """How the code should look. Without `line_color` it has the mini program's own colour, black where it has none."""

    width: int = Field(default=430, ge=280, le=1280)
    line_color: Color | None = None
    transparent: bool = False
    logo: bool = Field(
        default=True, description="the mini program's logo in the middle, where it has given one"
    )
    caption: Caption = Field(default="", description="one line of text under the code")


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
    logo: Annotated[QueryInt, Field(ge=0, le=2**31)] = Field(
        default=0, description="which version of the mini program's logo; 0 draws an anchor"
    )
    caption: Caption = ""


class CodeLookRequest(Request):
    """How the codes of a mini program look where a share does not say otherwise."""

    line_color: Color | None = Field(default=None, description="contrast to white at least 4.5:1")
    logo: (
        Annotated[str, Field(max_length=700_000, json_schema_extra={"contentEncoding": "base64"})] | None
    ) = Field(
        default=None,
        description="a PNG, JPEG or WebP picture of at most 500,000 bytes; its middle square is used",
    )


class CodeLookView(Answer):
    """How the codes of a mini program look; `version` grows with each change, and `logo` says whether there is one."""

    mini_program_id: str
    version: int
    line_color: Color | None = None
    logo: bool = False


class Allowance(Answer):
    """How many new codes may be made in the present window, which ends at `resets_at`."""

    limit: int
    used: int
    left: int
    resets_at: datetime


class ShareQuota(Answer):
    """How many codes there are and may be made. A code that is there already is answered without being counted."""

    mini_program_id: str
    codes: int = Field(description="that were ever made; there is no limit to their number")
    per_minute: Allowance = Field(description="new codes of the whole mini program in this minute")
    per_sharer_and_day: int = Field(description="new codes that one viewer may make in a day")


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
