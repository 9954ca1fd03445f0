"""Mini programs: as the entrance shows them, and as their owners register them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from contracts.api.common import PRINTABLE, Answer, English, Id, MiniProgramId, Picture, Request, ShortText


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


class MiniProgramRequest(Request):
    """A mini program to register or change. Only operators send `owner_id`; an owner's id comes from the token."""

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


class MiniProgramView(MiniProgramRequest):
    """A mini program as its owner sees it."""

    mini_program_id: MiniProgramId
    state: Literal["registered", "published", "suspended"]
    version: int


class SuspensionRequest(Request):
    """Why the mini program is suspended."""

    reason: ShortText
