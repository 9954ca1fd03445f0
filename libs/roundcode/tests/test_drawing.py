"""Drawing: looks that are accepted and refused, captions, and the time it takes."""

import os
import time
from pathlib import Path

import pytest

from roundcode.caption import CHINESE, in_letters_of, installed_font
from roundcode.geometry import SHORT
from roundcode.look import BadLook, Look, contrast_with_white
from roundcode.payload import encode
from roundcode.png import draw_png
from roundcode.svg import draw_svg


def test_the_same_key_and_look_give_the_same_bytes(key: bytes) -> None:
    look = Look(line_color="#123456", caption="once")
    assert draw_png(encode(key), look) == draw_png(encode(key), look)
    assert draw_svg(encode(key), look) == draw_svg(encode(key), look)


def test_the_svg_holds_every_bar_and_escapes_the_caption(key: bytes) -> None:
    svg = draw_svg(encode(key), Look(caption='<b>"&'))
    assert "&lt;b&gt;&quot;&amp;" in svg
    assert svg.count("z") > encode(key).sum() / 4


@pytest.mark.parametrize(
    ("caption", "written"),
    [
        ("Tea 100", "Tea 100"),
        ("小米有品", "Xiao Mi You Pin"),
        ("小米 Youpin 2号", "Xiao Mi Youpin 2 Hao"),
        ("Café Ｗ", "Cafe W"),
        ("🍷", ""),
    ],
)
def test_a_caption_without_a_font_for_it_is_written_in_latin_letters(caption: str, written: str) -> None:
    assert in_letters_of(caption) == written


def test_the_font_of_the_extra_is_used_if_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, font = (tmp_path / part for part in (CHINESE[0], f"{CHINESE[0]}/{CHINESE[1]}"))
    package.mkdir()
    (package / "__init__.py").touch()
    font.touch()
    monkeypatch.setattr("sys.path", [])
    assert installed_font() is None
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert installed_font() == font


def test_a_caption_without_any_writable_letter_leaves_the_picture_square(key: bytes) -> None:
    assert draw_png(encode(key), Look(caption="🍷")) == draw_png(encode(key), Look())


def test_a_pale_colour_is_refused_with_its_contrast() -> None:
    with pytest.raises(BadLook, match=r"2\.\d\d:1 .* at least 4\.5:1"):
        Look(line_color="#ff8080")
    assert contrast_with_white((0, 0, 0)) == pytest.approx(21)


@pytest.mark.parametrize(
    "options", [{"width": 279}, {"width": 1281}, {"line_color": "red"}, {"caption": "x" * 41}]
)
def test_an_impossible_look_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(BadLook):
        Look(**options)  # type: ignore[arg-type]


def test_a_logo_that_is_not_a_picture_is_refused(key: bytes) -> None:
    with pytest.raises(BadLook, match="logo"):
        draw_png(encode(key), Look(logo=b"not a picture"))


def test_a_thousand_codes_take_less_than_twenty_seconds() -> None:
    start = time.process_time()
    for _ in range(25):
        draw_png(encode(os.urandom(SHORT.key_bytes)), Look())
    assert (time.process_time() - start) * 40 < 20
