"""What becomes of uploaded files, good and hostile ones."""

from __future__ import annotations

import asyncio
import os
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms

from catalog.adapters.picture_rendering import BACKGROUND_NICENESS, RenderingPool, render
from catalog.domain.errors import UnreadablePicture
from catalog.domain.picture import Rendered

RED, BLUE = (200, 30, 30), (30, 30, 200)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def two_halves(width: int = 400, height: int = 200) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def shown(rendered: Rendered, width: int = 1280) -> Image.Image:
    return Image.open(BytesIO(rendered.files[width]))


def is_near(pixel: Any, colour: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(one - other) <= by for one, other in zip(pixel, colour, strict=False))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_made_in_three_widths_and_never_enlarged(kind: str) -> None:
    rendered = render(saved(two_halves(900, 450), kind))
    assert (rendered.width, rendered.height) == (900, 450)
    assert [shown(rendered, width).size for width in (320, 750, 1280)] == [(320, 160), (750, 375), (900, 450)]
    assert {shown(rendered, width).format for width in (320, 750, 1280)} == {"WEBP"}
    assert is_near(shown(rendered).convert("RGB").getpixel((10, 10)), RED)
    assert is_near(shown(rendered).convert("RGB").getpixel((890, 440)), BLUE)


def test_a_jpeg_with_very_many_scans_is_refused_before_it_is_decoded() -> None:
    usual = saved(two_halves(), "JPEG", progressive=True)
    assert render(usual).width == 400
    start = usual.rindex(b"\xff\xda")
    last = usual[start:-2]
    with pytest.raises(UnreadablePicture, match="scans"):
        render(usual[:start] + last * 100 + usual[-2:])


@pytest.mark.parametrize("width", [1, 319, 320, 4000])
def test_a_picture_of_any_width_is_shown(width: int) -> None:
    assert render(saved(two_halves(width, 3), "PNG")).width == min(width, 1280)


def test_a_picture_is_turned_as_its_camera_says_and_keeps_no_metadata() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    exif[0x010E] = "made at home, Lake Road 1"
    sent = saved(two_halves(), "JPEG", exif=exif, comment=b"secret", quality=95)
    rendered = render(sent)
    picture = shown(rendered)
    assert picture.size == (200, 400)
    assert is_near(picture.convert("RGB").getpixel((100, 20)), RED)
    assert is_near(picture.convert("RGB").getpixel((100, 380)), BLUE)
    assert b"Lake Road" in sent
    assert all(b"Lake Road" not in file and b"secret" not in file for file in rendered.files.values())
    assert not picture.getexif()
    assert "icc_profile" not in picture.info


def test_what_is_hidden_behind_a_picture_does_not_pass() -> None:
    rendered = render(saved(two_halves(), "PNG") + b"<script>alert(1)</script>")
    assert all(b"script" not in file for file in rendered.files.values())


def test_transparency_stays() -> None:
    palette = two_halves().convert("P")
    palette.info["transparency"] = palette.getpixel((0, 0))
    half = two_halves().convert("RGBA")
    half.putalpha(Image.new("L", half.size, 128))
    grey = Image.new("LA", (10, 10), (90, 0))
    for picture, alpha in ((palette, 0), (half, 128), (grey, 0)):
        options = {"transparency": picture.info["transparency"]} if picture is palette else {}
        seen = shown(render(saved(picture, "PNG", **options)))
        assert seen.mode == "RGBA"
        assert is_near([seen.getpixel((2, 2))[3]], (alpha,), 2)


@pytest.mark.parametrize(
    ("made", "kind", "expected"),
    [
        (lambda: two_halves().convert("CMYK"), "JPEG", RED),
        (lambda: two_halves().convert("P"), "PNG", RED),
        (lambda: Image.new("I;16", (40, 40), 0x8000), "PNG", (128, 128, 128)),
        (lambda: Image.new("L", (40, 40), 77), "PNG", (77, 77, 77)),
        (lambda: Image.new("1", (40, 40), 1), "PNG", (255, 255, 255)),
        (lambda: Image.new("L", (40, 40), 77), "JPEG", (77, 77, 77)),
    ],
)
def test_every_kind_of_pixel_keeps_its_colour(
    made: Callable[[], Image.Image], kind: str, expected: tuple[int, ...]
) -> None:
    picture = shown(render(saved(made(), kind))).convert("RGB")
    assert is_near(picture.getpixel((2, 2)), expected, 25)


def test_a_profile_is_applied_and_a_broken_one_ignored() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for icc in (profile, b"no profile", profile[:200]):
        picture = shown(render(saved(two_halves(), "JPEG", icc_profile=icc)))
        assert is_near(picture.convert("RGB").getpixel((10, 10)), RED)


def bomb(width: int, height: int) -> bytes:
    """A small PNG file that says it has so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (2**31 - 1, 2**31 - 1), (20_000, 10)])
def test_a_picture_with_too_many_pixels_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(UnreadablePicture, match=r"At most 50 million are allowed"):
        render(bomb(width, height))


def animated(kind: str) -> bytes:
    return saved(two_halves(), kind, save_all=True, append_images=[two_halves().rotate(180)], duration=100)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused_with_words(kind: str) -> None:
    with pytest.raises(UnreadablePicture, match="Send a single picture"):
        render(animated(kind))


def test_a_telephones_picture_with_a_second_one_inside_is_shown() -> None:
    assert render(saved(two_halves(), "MPO", save_all=True, append_images=[two_halves(40, 20)])).width == 400


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        saved(two_halves(), "GIF"),
        saved(two_halves(), "TIFF"),
        saved(two_halves(), "PNG")[:200],
        saved(two_halves(), "JPEG")[:-600],
        saved(two_halves(), "WEBP")[:100],
        bomb(100, 10_000),
    ],
    ids=["empty", "text", "svg", "gif", "tiff", "short png", "short jpeg", "short webp", "pixels missing"],
)
def test_other_files_and_broken_ones_are_refused(data: bytes) -> None:
    with pytest.raises(UnreadablePicture, match="Send a complete PNG, JPEG or WebP file"):
        render(data)


async def test_the_process_for_which_nobody_waits_gives_way_to_all_others() -> None:
    pool = RenderingPool(in_background=True)
    keeping = asyncio.create_task(pool.run())
    try:
        assert (await pool.render(saved(two_halves(), "PNG"))).width == 400
        assert await pool._pool.run(os.nice, 0) >= min(19, os.nice(0) + BACKGROUND_NICENESS)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
