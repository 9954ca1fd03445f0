"""Screens, computers and what plugs into them."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import contrasting, darker, lighter
from anchorage_demo.art.motifs.tint import INK, PAPER, STEEL, Tint


def _wallpaper(c: Canvas, x: float, y: float, width: float, height: float, colour: str) -> None:
    """A little landscape, as on a screen that is switched on."""
    c.rect(x, y, width, height, 6, c.fade(lighter(colour, 0.55), colour))
    c.circle(x + width * 0.7, y + height * 0.3, min(width, height) * 0.12, PAPER, opacity=0.9)
    low, high = y + height, y + height * 0.5
    c.path(
        f"M{x} {low - 4} V{high + height * 0.2} Q{x + width * 0.3} {high - height * 0.1} {x + width * 0.6} {high + height * 0.25} T{x + width} {high + height * 0.1} V{low - 4} Q{x + width} {low} {x + width - 4} {low} H{x + 4} Q{x} {low} {x} {low - 4} Z",
        darker(colour, 0.35),
        opacity=0.75,
    )


def phone(c: Canvas, t: Tint) -> None:
    c.shadow(200, 342, 118)
    with c.moved("rotate(9 250 200)"):
        c.rect(196, 58, 138, 278, 26, c.sheen(t.main))
        c.rect(210, 72, 58, 86, 20, c.sheen(darker(t.main, 0.18)))
        for y in (94, 134):
            c.circle(239, y, 17, INK)
            c.circle(239, y, 10, c.ball("#3b4a6b"))
    c.rect(80, 50, 140, 284, 26, c.sheen(darker(t.main, 0.3)))
    c.rect(87, 57, 126, 270, 20, INK)
    _wallpaper(c, 91, 61, 118, 262, t.accent)
    c.rect(134, 68, 32, 9, 4, INK)


def tablet(c: Canvas, t: Tint) -> None:
    c.shadow(200, 326, 172)
    c.rect(44, 96, 300, 222, 20, c.sheen(t.main))
    c.rect(54, 106, 280, 202, 12, INK)
    _wallpaper(c, 60, 112, 268, 190, t.accent)
    with c.moved("rotate(14 350 220)"):
        c.rect(346, 96, 13, 210, 6, c.cylinder(PAPER))
        c.path("M346 304 H359 L352 326 Z", INK)


def laptop(c: Canvas, t: Tint) -> None:
    c.shadow(200, 322, 190)
    c.rect(74, 88, 252, 184, 12, c.sheen(darker(t.main, 0.15)))
    c.rect(82, 96, 236, 162, 5, INK)
    _wallpaper(c, 87, 101, 226, 152, t.accent)
    c.path("M60 270 H340 L376 308 Q376 318 362 318 H38 Q24 318 24 308 Z", c.sheen(t.main))
    c.path("M84 276 H316 L330 292 H70 Z", darker(t.main, 0.45))
    c.path("M162 296 H238 L244 308 H156 Z", darker(t.main, 0.14))


def monitor(c: Canvas, t: Tint) -> None:
    c.shadow(200, 336, 110)
    c.path("M176 256 H224 L232 322 H168 Z", c.cylinder(t.main))
    c.ellipse(200, 326, 84, 11, c.cylinder(t.main))
    c.rect(36, 66, 328, 200, 10, c.sheen(t.main))
    c.rect(43, 73, 314, 180, 5, INK)
    _wallpaper(c, 47, 77, 306, 172, t.accent)
    c.rect(62, 94, 92, 62, 5, PAPER, opacity=0.75)


def keyboard(c: Canvas, t: Tint) -> None:
    c.shadow(200, 306, 190)
    c.path("M48 176 H352 L382 292 Q384 306 368 306 H32 Q16 306 18 292 Z", c.sheen(t.main))
    for row in range(4):
        y = 190 + row * 25
        left, right = 52 - row * 6.6, 348 + row * 6.6
        count = 12 - row % 2
        step = (right - left) / count
        for i in range(count):
            if row == 3 and 3 <= i <= 7:
                continue
            special = (row, i) in ((0, 0), (2, count - 1), (1, count - 1))
            tone = t.accent if special else contrasting(t.main, 0.1)
            c.rect(left + i * step + 2, y + 3, step - 4, 19, 5, darker(tone, 0.2))
            c.rect(left + i * step + 2, y, step - 4, 18, 5, lighter(tone, 0.1))
    c.rect(122, 265, 138, 18, 6, lighter(contrasting(t.main, 0.1), 0.1))


def mouse(c: Canvas, t: Tint) -> None:
    c.shadow(200, 326, 110, 26)
    c.path(
        "M200 84 C266 84 292 140 292 212 C292 288 256 332 200 332 C144 332 108 288 108 212 C108 140 134 84 200 84 Z",
        c.ball(t.main),
    )
    c.path("M200 84 V198 M110 198 Q200 216 290 198", "none", stroke=darker(t.main, 0.3), stroke_width=3)
    c.rect(188, 120, 24, 56, 12, INK)
    c.rect(193, 130, 14, 34, 7, c.cylinder(t.accent))
    c.path("M116 230 Q120 290 156 316 Q132 274 130 232 Z", darker(t.main, 0.25), opacity=0.7)


def power_bank(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 100)
    with c.moved("rotate(-7 200 200)"):
        c.rect(120, 66, 160, 262, 30, c.cylinder(t.main))
        c.rect(144, 92, 112, 74, 14, INK)
        c.stroke(
            "M168 116 V144 M184 116 H204 V144 H184 Z M220 116 V144 M236 116 V144", lighter(t.accent, 0.5), 5
        )
        c.path("M206 206 L178 254 H198 L190 292 L224 240 H202 Z", t.accent)
        c.rect(168, 66, 24, 7, 3, INK)
        c.rect(208, 66, 24, 7, 3, INK)


def charger(c: Canvas, t: Tint) -> None:
    c.shadow(190, 330, 130)
    c.stroke("M246 252 C340 262 372 320 330 332 C270 346 300 250 374 236", contrasting(t.main, 0.35), 9)
    for x in (128, 190):
        c.rect(x, 92, 12, 54, 3, c.cylinder(STEEL))
    c.rect(88, 138, 158, 190, 30, c.sheen(t.main))
    c.rect(88, 138, 158, 50, 26, lighter(t.main, 0.25), opacity=0.6)
    for y in (228, 258, 288):
        c.rect(138, y, 58, 15, 7, INK)
        c.rect(150, y + 5, 34, 4, 2, t.accent if y == 228 else STEEL)


def cable(c: Canvas, t: Tint) -> None:
    c.shadow(200, 326, 120)
    for r, y in ((96, 214), (82, 208), (68, 214)):
        c.ellipse(200, y, r, r * 0.94, "none", stroke=darker(t.main, 0.25), stroke_width=13)
        c.ellipse(200, y, r, r * 0.94, "none", stroke=t.main, stroke_width=9, stroke_dasharray="5 2")
    c.rect(176, 296, 48, 24, 9, c.cylinder(t.accent))
    for x, lean in ((124, -28), (276, 28)):
        with c.moved(f"rotate({lean} {x} 110)"):
            c.rect(x - 15, 72, 30, 62, 8, c.cylinder(t.main))
            c.rect(x - 10, 44, 20, 30, 5, c.cylinder(STEEL))


def router(c: Canvas, t: Tint) -> None:
    c.shadow(200, 326, 170)
    for x, lean in ((80, -8), (150, -3), (250, 3), (320, 8)):
        with c.moved(f"rotate({lean} {x} 250)"):
            c.rect(x - 9, 82, 18, 186, 8, c.cylinder(darker(t.main, 0.25)))
    c.path("M70 244 H330 L364 300 Q366 322 342 322 H58 Q34 322 36 300 Z", c.sheen(t.main))
    c.path("M120 252 H280 L290 274 H110 Z", darker(t.main, 0.15), opacity=0.6)
    for x in range(150, 262, 20):
        c.circle(x, 304, 4, t.accent)


def drive(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 120)
    c.stroke("M200 116 C200 40 300 30 320 80", INK, 8)
    c.rect(184, 104, 32, 24, 5, c.cylinder(STEEL))
    with c.moved("rotate(6 200 220)"):
        c.rect(104, 122, 192, 204, 28, c.sheen(t.main))
        c.rect(120, 138, 160, 172, 18, "none", stroke=darker(t.main, 0.22), stroke_width=4)
        c.rect(152, 248, 96, 36, 9, t.accent, opacity=0.9)
        for y in (170, 186, 202):
            c.rect(152, y, 96, 6, 3, darker(t.main, 0.25), opacity=0.6)


def printer(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 160)
    c.path("M120 96 H280 V190 H120 Z", PAPER)
    for y in (116, 134, 152):
        c.rect(140, y, 100 if y != 152 else 60, 6, 3, STEEL)
    c.rect(58, 168, 284, 130, 22, c.sheen(t.main))
    c.rect(86, 246, 228, 16, 5, INK)
    c.path("M108 254 H292 L306 330 H94 Z", c.fade("#ffffff", "#e9e4da"))
    c.circle(160, 292, 20, lighter(t.accent, 0.3))
    c.path("M128 318 L180 284 L226 318 Z", t.accent)
    for x in (264, 290, 314):
        c.circle(x, 196, 7, c.ball(t.accent if x == 264 else INK))


def photo_camera(c: Canvas, t: Tint) -> None:
    c.shadow(200, 326, 160)
    c.path("M146 126 L162 94 H238 L254 126 Z", c.sheen(STEEL))
    c.rect(56, 122, 288, 200, 26, c.sheen(STEEL))
    c.rect(56, 166, 288, 118, 0, c.sheen(t.main))
    c.circle(206, 222, 84, c.ball(INK))
    c.circle(206, 222, 66, c.ball("#4a4e57"))
    c.circle(206, 222, 50, INK)
    c.circle(206, 222, 36, c.ball("#35508a"))
    c.circle(190, 206, 12, "#ffffff", opacity=0.7)
    c.rect(84, 104, 44, 22, 6, c.cylinder(INK))
    c.circle(310, 146, 10, c.ball(t.accent))


def game_pad(c: Canvas, t: Tint) -> None:
    c.shadow(200, 312, 160)
    c.path(
        "M120 134 H280 C330 134 352 184 364 254 C372 308 322 324 296 286 L270 252 H130 L104 286 C78 324 28 308 36 254 C48 184 70 134 120 134 Z",
        c.sheen(t.main),
    )
    c.rect(96, 178, 50, 16, 5, INK)
    c.rect(113, 161, 16, 50, 5, INK)
    for x, y, colour in (
        (280, 164, t.accent),
        (302, 186, "#5a8fd6"),
        (258, 186, "#e0b13c"),
        (280, 208, "#56a87c"),
    ):
        c.circle(x, y, 11, c.ball(colour))
    for x in (160, 240):
        c.circle(x, 226, 25, c.ball(INK))
        c.circle(x, 222, 17, c.ball("#50545c"))


MOTIFS = {
    "phone": phone,
    "tablet": tablet,
    "laptop": laptop,
    "monitor": monitor,
    "keyboard": keyboard,
    "mouse": mouse,
    "power_bank": power_bank,
    "charger": charger,
    "cable": cable,
    "router": router,
    "drive": drive,
    "printer": printer,
    "photo_camera": photo_camera,
    "game_pad": game_pad,
}
