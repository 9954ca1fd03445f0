"""Packed food."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.art.motifs.tint import GOLD, INK, PAPER, WOOD, Tint


def tea_tin(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 98)
    c.path("M118 130 H282 V306 Q282 330 258 330 H142 Q118 330 118 306 Z", c.cylinder(t.main))
    c.path("M112 84 Q112 70 126 70 H274 Q288 70 288 84 V132 H112 Z", c.cylinder(darker(t.main, 0.18)))
    c.rect(112, 124, 176, 8, 2, c.cylinder(GOLD))
    c.rect(154, 168, 92, 124, 4, PAPER, opacity=0.95)
    c.path("M200 196 C226 208 224 242 200 258 C176 242 174 208 200 196 Z", "#7c9a5f")
    c.stroke("M200 204 V266", "#5c7a45", 3)
    c.rect(178, 274, 44, 5, 2, t.accent)


def pouch(c: Canvas, t: Tint) -> None:
    c.shadow(200, 336, 110)
    c.path("M112 74 H288 L300 312 Q302 334 278 334 H122 Q98 334 100 312 Z", c.sheen(t.main))
    c.rect(110, 58, 180, 28, 4, c.cylinder(lighter(t.main, 0.2)))
    c.stroke("M114 96 H286", darker(t.main, 0.3), 2, stroke_dasharray="5 5")
    c.path(
        "M108 304 Q200 276 292 304 L296 318 Q296 334 278 334 H122 Q104 334 104 318 Z",
        darker(t.main, 0.16),
        opacity=0.7,
    )
    c.circle(200, 196, 64, PAPER, opacity=0.96)
    for x, y, lean in ((178, 188, -30), (214, 176, 20), (206, 216, -10), (184, 218, 50)):
        with c.moved(f"rotate({lean} {x} {y})"):
            c.ellipse(x, y, 20, 14, c.ball(t.accent))
            c.stroke(f"M{x - 14} {y} Q{x} {y - 6} {x + 14} {y}", darker(t.accent, 0.35), 2.5)
    c.rect(160, 116, 80, 10, 4, PAPER, opacity=0.85)


def honey_jar(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 108)
    c.rect(128, 82, 144, 42, 9, c.cylinder(WOOD))
    c.path(
        "M132 124 H268 Q300 140 300 178 V296 Q300 330 266 330 H134 Q100 330 100 296 V178 Q100 140 132 124 Z",
        c.cylinder(t.main),
        opacity=0.95,
    )
    c.path(
        "M124 150 Q114 164 114 190 V280",
        "none",
        stroke="#ffffff",
        stroke_width=10,
        stroke_linecap="round",
        opacity=0.5,
    )
    c.path("M148 196 L200 168 L252 196 V258 L200 286 L148 258 Z", PAPER, opacity=0.96)
    c.path("M168 206 L200 188 L232 206 V246 L200 264 L168 246 Z", "none", stroke=t.accent, stroke_width=5)
    c.ellipse(200, 226, 15, 11, t.accent)


def rice_bag(c: Canvas, t: Tint) -> None:
    c.shadow(200, 338, 128)
    c.path("M124 92 Q96 110 92 200 Q84 330 106 336 H294 Q316 330 308 200 Q304 110 276 92 Z", c.sheen(t.main))
    c.path(
        "M124 94 Q140 72 128 54 Q166 64 200 56 Q236 66 272 54 Q260 72 276 94 Q200 110 124 94 Z",
        c.sheen(lighter(t.main, 0.15)),
    )
    c.stroke("M124 94 Q200 112 276 94", t.accent, 7)
    c.rect(136, 158, 128, 130, 8, PAPER, opacity=0.95)
    for i in range(5):
        with c.moved(f"rotate({-40 + i * 20} 200 272)"):
            c.ellipse(200, 196, 6, 15, GOLD)
            c.stroke("M200 208 V268", "#a8863f", 2)
    c.rect(168, 274, 64, 6, 3, INK, opacity=0.5)


def chocolate(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 130)
    with c.moved("rotate(-10 200 200)"):
        c.rect(116, 60, 168, 150, 8, c.sheen("#5a3322"))
        for row in range(3):
            for column in range(3):
                c.rect(124 + column * 54, 68 + row * 48, 46, 40, 5, c.sheen("#6f4129"))
        c.path(
            "M104 170 L124 158 L144 172 L164 158 L184 172 L204 158 L224 172 L244 158 L264 172 L284 158 L296 170 V330 H104 Z",
            c.sheen(GOLD),
        )
        c.rect(104, 196, 192, 136, 4, c.sheen(t.main))
        c.rect(130, 232, 140, 14, 4, PAPER, opacity=0.95)
        c.rect(154, 258, 92, 9, 3, t.accent)
        c.circle(200, 296, 15, t.accent)


def fruit_box(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 160)
    for x, y in ((116, 190), (172, 174), (230, 176), (286, 192), (144, 214), (202, 206), (258, 214)):
        c.circle(x, y, 37, c.ball(t.main))
        c.stroke(f"M{x} {y - 32} q4 -12 12 -14", "#6b4a2b", 4)
        c.ellipse(x + 16, y - 40, 13, 6, "#7fae62", transform=f"rotate(-24 {x + 16} {y - 40})")
    c.path("M58 216 H342 L328 330 H72 Z", c.sheen(WOOD))
    for y in (250, 288):
        c.stroke(f"M{66 + (y - 250) // 9} {y} H{334 - (y - 250) // 9}", darker(WOOD, 0.3), 4)
    c.rect(156, 252, 88, 50, 6, PAPER)
    c.path("M200 262 C224 266 222 292 200 294 C178 292 176 266 200 262 Z", t.accent)


def oil_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 82)
    c.rect(178, 36, 44, 44, 7, c.cylinder(INK))
    c.path(
        "M182 80 H218 V124 Q270 142 270 196 V306 Q270 332 244 332 H156 Q130 332 130 306 V196 Q130 142 182 124 Z",
        c.cylinder(t.main),
        opacity=0.94,
    )
    c.path(
        "M152 176 Q144 190 144 210 V296",
        "none",
        stroke="#ffffff",
        stroke_width=8,
        stroke_linecap="round",
        opacity=0.5,
    )
    c.rect(152, 200, 96, 100, 4, PAPER)
    c.stroke("M176 278 Q190 236 226 222", "#6f8f4e", 4)
    for x, y in ((184, 250), (200, 236), (214, 250), (222, 228)):
        c.ellipse(x, y, 11, 6, "#86a663", transform=f"rotate(-30 {x} {y})")
    c.circle(192, 266, 9, t.accent)


MOTIFS = {
    "tea_tin": tea_tin,
    "pouch": pouch,
    "honey_jar": honey_jar,
    "rice_bag": rice_bag,
    "chocolate": chocolate,
    "fruit_box": fruit_box,
    "oil_bottle": oil_bottle,
}
