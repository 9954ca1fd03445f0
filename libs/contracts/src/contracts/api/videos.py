"""Videos with anchors: as viewers see them, and as creators publish them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.api.common import Answer, English, Id, MiniProgramId, Picture, Request, ShortText
from contracts.money import Money


class AnchorView(Answer):
    """A link on a video that leads to a product."""

    anchor_id: str
    title: str
    title_en: str = ""
    mini_program_id: str
    product_id: str
    price: Money | None
    image_url: str | None
    start_ms: int = 0
    available: bool = True


class CreatorCard(Answer):
    """The creator of a video."""

    creator_id: str
    name: str
    name_en: str = ""


class VideoPage(Answer):
    """The playback page of a video."""

    video_id: str
    title: str
    title_en: str = ""
    creator: CreatorCard
    cover_url: str = ""
    duration_ms: int = 0
    anchors: list[AnchorView]


class AnchorRequest(Request):
    """An anchor on a video: a link that leads to a product."""

    anchor_id: Id
    title: ShortText
    title_en: English = ""
    mini_program_id: MiniProgramId
    product_id: Id
    start_ms: int = Field(default=0, ge=0, le=86_400_000)


class VideoRequest(Request):
    """A video to create or replace, with its anchors."""

    host_id: Id
    title: ShortText
    title_en: English = ""
    creator_name: ShortText
    creator_name_en: English = ""
    cover_url: Picture | None = None
    duration_ms: int = Field(default=0, ge=0, le=86_400_000)
    anchors: Annotated[list[AnchorRequest], Field(max_length=20)] = []
