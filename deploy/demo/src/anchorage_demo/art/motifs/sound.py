"""Things that make sound and pictures."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import contrasting, darker, lighter
from anchorage_demo.art.motifs.tint import GOLD, INK, STEEL, WOOD, Tint


def _mesh(c: Canvas, box: tuple[int, int, int, int], colour: str, step: int = 11) -> None:
    left, top, right, bottom = box
    dots = "".join(
        f"M{x + (step // 2 if (y - top) // step % 2 else 0)} {y}h.1"
        for y in range(top, bottom, step)
        for x in range(left, right - step // 2, step)
    )
    c.stroke(dots, colour, 4.4, opacity=0.55)


def earbuds(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 130)
    c.path("M92 226 C92 176 120 158 200 158 C280 158 308 176 308 226 Z", c.sheen(darker(t.main, 0.1)))
    c.path("M106 226 C108 186 130 172 200 172 C270 172 292 186 294 226 Z", darker(t.main, 0.4))
    for x, side in ((152, -1), (248, 1)):
        c.rect(x - 11, 128, 22, 104, 11, c.cylinder(t.main))
        c.ellipse(x + side * 9, 128, 32, 29, c.ball(t.main))
        c.ellipse(x - side * 14, 134, 11, 15, c.ball(INK))
        c.rect(x - 3, 170, 6, 22, 3, t.accent, opacity=0.8)
    c.path("M84 224 H316 V262 C316 308 290 330 248 330 H152 C110 330 84 308 84 262 Z", c.cylinder(t.main))
    c.rect(84, 221, 232, 7, 3, darker(t.main, 0.25))
    c.circle(200, 272, 6, t.accent)


def headphones(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 140)
    c.stroke("M98 226 C84 20 316 20 302 226", c.cylinder(darker(t.main, 0.15)), 25)
    c.stroke("M118 130 C146 60 254 60 282 130", contrasting(t.main, 0.25), 8)
    for x, side in ((98, -1), (302, 1)):
        c.rect(x - 8, 190, 16, 56, 7, c.cylinder(STEEL))
        c.rect(x - side * 38 - 24, 212, 48, 112, 23, c.cylinder(INK))
        c.rect(x - side * 6 - 32, 202, 62, 130, 29, c.cylinder(t.main))
        c.circle(x - side * 6, 266, 12, t.accent)


def speaker(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 98)
    c.path(
        "M110 118 Q110 82 200 82 Q290 82 290 118 V298 Q290 330 200 330 Q110 330 110 298 Z", c.cylinder(t.main)
    )
    _mesh(c, (118, 140, 288, 300), contrasting(t.main, 0.4))
    c.ellipse(200, 116, 90, 26, c.sheen(lighter(t.main, 0.12)))
    c.ellipse(200, 115, 62, 17, INK)
    c.stroke("M192 115 H208 M200 109 V121", "#ffffff", 3)
    c.stroke("M108 300 Q108 326 200 326 Q292 326 292 300", t.accent, 5)


def portable_speaker(c: Canvas, t: Tint) -> None:
    c.shadow(200, 324, 160)
    c.stroke("M96 176 C110 96 290 96 304 176", darker(t.main, 0.3), 13)
    c.rect(52, 166, 296, 156, 72, c.fade(lighter(t.main, 0.25), darker(t.main, 0.15)))
    _mesh(c, (96, 186, 310, 308), contrasting(t.main, 0.45))
    for x in (76, 324):
        c.ellipse(x, 244, 27, 66, c.sheen(darker(t.main, 0.25)))
        c.ellipse(x, 244, 17, 46, c.ball(t.accent))
    c.rect(152, 222, 96, 40, 20, INK)
    for x in (176, 200, 224):
        c.circle(x, 242, 5, "#ffffff", opacity=0.85)


def soundbar(c: Canvas, t: Tint) -> None:
    c.shadow(190, 318, 176)
    c.rect(288, 158, 86, 160, 12, c.sheen(t.main))
    c.circle(331, 248, 31, INK)
    c.circle(331, 248, 22, c.ball(darker(t.main, 0.2)))
    c.circle(331, 192, 10, INK)
    c.rect(20, 262, 284, 56, 22, c.fade(lighter(t.main, 0.18), darker(t.main, 0.2)))
    _mesh(c, (40, 278, 300, 312), contrasting(t.main, 0.45), 10)
    c.rect(136, 266, 52, 6, 3, t.accent)


def projector(c: Canvas, t: Tint) -> None:
    c.path("M122 208 L0 60 V372 Z", c.fade("#fff3cf", "#fff3cf", 0.35, 0.6))
    c.shadow(222, 326, 132)
    c.rect(104, 142, 230, 176, 40, c.sheen(t.main))
    c.circle(172, 230, 60, c.ball(darker(t.main, 0.25)))
    c.circle(172, 230, 46, INK)
    c.circle(172, 230, 33, c.ball("#4b5f8f"))
    c.circle(160, 218, 10, "#ffffff", opacity=0.75)
    for i in range(5):
        c.rect(258 + i * 12, 196, 5, 70, 2, darker(t.main, 0.3))
    c.rect(120, 318, 30, 10, 4, INK)
    c.rect(288, 318, 30, 10, 4, INK)
    c.circle(310, 168, 5, t.accent)


def turntable(c: Canvas, t: Tint) -> None:
    c.shadow(200, 336, 176)
    c.path("M66 176 H334 L372 300 H28 Z", c.sheen(t.main))
    c.rect(28, 300, 344, 26, 6, c.cylinder(darker(t.main, 0.2)))
    c.ellipse(180, 240, 124, 54, INK)
    for scale in (0.84, 0.66, 0.5):
        c.ellipse(180, 240, 124 * scale, 54 * scale, "none", stroke="#565a62", stroke_width=1.5)
    c.ellipse(180, 240, 40, 17, t.accent)
    c.circle(180, 240, 4, STEEL)
    c.circle(316, 198, 15, c.ball(STEEL))
    c.stroke("M316 198 L302 266 L248 262", c.cylinder(STEEL), 7)
    c.rect(228, 254, 30, 14, 3, INK)
    c.circle(330, 282, 7, c.ball(GOLD))


def microphone(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 88)
    c.ellipse(200, 322, 74, 13, c.cylinder(INK))
    c.rect(193, 262, 14, 58, 4, c.cylinder(STEEL))
    c.stroke("M118 172 V206 C118 292 282 292 282 206 V172", darker(t.main, 0.2), 12)
    c.rect(142, 62, 116, 184, 58, c.cylinder(t.main))
    c.path("M142 150 V120 Q142 62 200 62 Q258 62 258 120 V150 Z", c.cylinder(STEEL))
    _mesh(c, (154, 84, 254, 146), INK, 10)
    c.rect(142, 150, 116, 7, 0, t.accent)
    c.circle(200, 206, 9, c.ball(INK))


def clock_radio(c: Canvas, t: Tint) -> None:
    c.shadow(200, 328, 150)
    c.stroke("M290 168 L340 70", c.cylinder(STEEL), 5)
    c.rect(62, 162, 276, 164, 24, c.sheen(WOOD))
    c.rect(74, 174, 252, 140, 16, c.sheen(t.main))
    _mesh(c, (92, 196, 196, 300), contrasting(t.main, 0.5))
    c.rect(208, 192, 102, 50, 8, INK)
    c.stroke(
        "M226 206 V228 M240 206 H254 V228 H240 Z M272 206 H286 V228 M294 206 V228", lighter(t.accent, 0.4), 4
    )
    for x, r in ((230, 15), (284, 22)):
        c.circle(x, 278, r, c.ball(GOLD))


MOTIFS = {
    "earbuds": earbuds,
    "headphones": headphones,
    "speaker": speaker,
    "portable_speaker": portable_speaker,
    "soundbar": soundbar,
    "projector": projector,
    "turntable": turntable,
    "microphone": microphone,
    "clock_radio": clock_radio,
}
