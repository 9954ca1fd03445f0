"""Mini programs: as the entrance shows them, and as their owners register them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import (
    PRINTABLE,
    Answer,
    ChangesQuery,
    English,
    Id,
    MiniProgramId,
    Picture,
    Request,
    ShortText,
    patch_of,
)


class OwnerCard(Answer):
    """The owner of a mini program."""

    owner_id: str
    name: str
    name_en: str = ""
    kind: Literal["brand", "platform", "celebrity"]


class MiniProgramCard(Answer):
    """A mini program in a list."""

    mini_program_id: str
    name: str
    name_en: str = ""
    owner: OwnerCard
    logo_url: str
    slogan: str
    slogan_en: str = ""
    category: str
    sponsored: bool


class Terms(Request):
    """Commission shares in basis points."""

    platform_bp: int = Field(ge=0, le=5_000)
    creator_bp: int = Field(ge=0, le=5_000)


class CategoryRequest(Request):
    """A category of the store."""

    category_id: Id
    name: ShortText
    name_en: English = ""


class Section(Request):
    """A part of the store's page: a banner, or a grid or list of a category's or of single products."""

    kind: Literal["banner", "grid", "list"]
    title: English = ""
    title_en: English = ""
    category_id: Id | None = None
    product_ids: Annotated[list[Id], Field(max_length=20)] = []


class Layout(Request):
    """The store's page, from the top. Without sections, the host shows the categories and all products."""

    sections: Annotated[list[Section], Field(max_length=20)] = []


Colour = Annotated[
    str, Field(pattern=r"^#[0-9a-fA-F]{6}$", description="#rrggbb; hosts keep text on it readable")
]


class MiniProgramRequest(Request):
    """A mini program as an operator puts it: approved, accepted by its hosts and live at once."""

    mini_program_id: MiniProgramId | None = None
    owner_id: Id | None = None
    owner_name: ShortText
    owner_name_en: English = ""
    owner_kind: Literal["brand", "platform", "celebrity"]
    name: ShortText
    name_en: English = ""
    aliases: Annotated[list[ShortText], Field(max_length=20)] = []
    slogan: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] = ""
    slogan_en: English = ""
    category: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    logo_url: Picture
    banner_url: Picture | None = None
    hosts: Annotated[list[Id], Field(max_length=50)]
    categories: Annotated[list[CategoryRequest], Field(max_length=100)] = []
    exposure_priority: int = Field(default=0, ge=0, le=100)
    sponsored: bool = False
    terms: Terms
    merchant: Id = "default"
    layout: Layout = Layout()
    theme_colour: Colour | None = None


class CreatorTerms(Request):
    """What the owner gives creators, in basis points."""

    creator_bp: int = Field(default=0, ge=0, le=5_000)


class MiniProgramDraft(Request):
    """What an owner decides about a mini program. Viewers see it once it was reviewed and released."""

    name: ShortText
    name_en: English = ""
    aliases: Annotated[list[ShortText], Field(max_length=20)] = []
    slogan: Annotated[str, Field(max_length=200, pattern=PRINTABLE)] = ""
    slogan_en: English = ""
    category: Annotated[str, Field(pattern=r"^[a-z_]{1,32}$")]
    logo_url: Picture | None = None
    banner_url: Picture | None = None
    categories: Annotated[list[CategoryRequest], Field(max_length=100)] = []
    layout: Layout = Layout()
    theme_colour: Colour | None = None
    requested_hosts: Annotated[list[Id], Field(max_length=50)] = []
    terms: CreatorTerms = CreatorTerms()


MiniProgramDraftPatch = patch_of(MiniProgramDraft)


class MiniProgramView(MiniProgramDraft):
    """A mini program as its owner sees it: the draft with what others decide."""

    terms: Terms  # type: ignore[assignment]
    mini_program_id: MiniProgramId
    owner_id: str
    owner_name: str
    owner_name_en: str = ""
    owner_kind: Literal["brand", "platform", "celebrity"]
    hosts: list[str] = Field(description="hosts that show the live version")
    state: Literal["registered", "published", "suspended"]
    reason: str = Field(default="", description="why it is suspended")
    live_version: int | None = Field(default=None, description="the number of the version that viewers see")
    exposure_priority: int
    sponsored: bool
    merchant: str
    version: int


class OperatorTerms(Request):
    """What the platform decides about a mini program."""

    platform_bp: int = Field(ge=0, le=5_000, description="the platform's commission in basis points")
    exposure_priority: int = Field(default=0, ge=0, le=100)
    sponsored: bool = False
    merchant: Id = Field(default="default", description="the Alipay merchant that collects the money")


class SuspensionRequest(Request):
    """Why the mini program is suspended."""

    reason: ShortText


class MiniProgramsQuery(ChangesQuery):
    """Which of the owner's mini programs to answer."""
