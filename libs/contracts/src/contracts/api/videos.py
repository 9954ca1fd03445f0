"""Videos with anchors: as viewers see them, and as creators publish them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.api.common import Answer, English, Id, MiniProgramId, Picture, Request, ShortText
from contracts.money import Money


class AnchorView(Answer):
    """A chip on a video."""

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
    """Who made a video."""

    creator_id: str
    name: str
    name_en: str = ""


class VideoPage(Answer):
    """The playback page."""

    video_id: str
    title: str
    title_en: str = ""
    creator: CreatorCard
    cover_url: str = ""
    duration_ms: int = 0
    anchors: list[AnchorView]


class AnchorRequest(Request):
    """An anchor on a video."""

    anchor_id: Id
    title: ShortText
    title_en: English = ""
    mini_program_id: MiniProgramId
    product_id: Id
    start_ms: int = Field(default=0, ge=0, le=86_400_000)


class VideoRequest(Request):
    """A video with its anchors; the call creates or replaces it."""

    host_id: Id
    title: ShortText
    title_en: English = ""
    creator_name: ShortText
    creator_name_en: English = ""
    cover_url: Picture | None = None
    duration_ms: int = Field(default=0, ge=0, le=86_400_000)
    anchors: Annotated[list[AnchorRequest], Field(max_length=20)] = []
