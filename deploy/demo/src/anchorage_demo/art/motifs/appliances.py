"""Large household appliances."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import contrasting, darker, lighter
from anchorage_demo.art.motifs.tint import INK, PAPER, STEEL, WOOD, Tint


def fridge(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 112)
    c.rect(112, 38, 176, 304, 14, c.cylinder(t.main))
    c.rect(116, 42, 82, 186, 8, c.sheen(t.main))
    c.rect(202, 42, 82, 186, 8, c.sheen(t.main))
    c.rect(116, 233, 168, 103, 8, c.sheen(t.main))
    for x in (186, 208):
        c.rect(x, 96, 6, 88, 3, c.cylinder(STEEL))
    c.rect(160, 246, 80, 6, 3, c.cylinder(STEEL))
    c.rect(136, 92, 36, 52, 6, INK)
    c.rect(144, 104, 20, 8, 3, t.accent)
    c.rect(226, 62, 34, 22, 3, t.accent, opacity=0.85)


def washer(c: Canvas, t: Tint) -> None:
    c.shadow(200, 342, 128)
    c.rect(82, 60, 236, 278, 18, c.sheen(t.main))
    c.rect(98, 76, 90, 34, 6, darker(t.main, 0.12))
    c.circle(226, 93, 18, c.ball(STEEL))
    c.rect(256, 80, 46, 26, 5, INK)
    c.rect(264, 89, 20, 7, 3, t.accent)
    c.circle(200, 222, 92, c.ball(STEEL))
    c.circle(200, 222, 76, INK)
    c.circle(200, 222, 64, c.ball("#53677c"))
    c.path("M138 234 Q168 210 200 234 T262 234 A64 64 0 0 1 138 234 Z", lighter(t.accent, 0.35), opacity=0.85)
    for x, y, r in ((182, 216, 9), (222, 208, 7), (206, 192, 5)):
        c.circle(x, y, r, "#ffffff", opacity=0.7)
    c.path(
        "M152 188 Q166 164 192 162",
        "none",
        stroke="#ffffff",
        stroke_width=8,
        stroke_linecap="round",
        opacity=0.5,
    )


def television(c: Canvas, t: Tint) -> None:
    c.shadow(200, 336, 170)
    c.rect(60, 300, 280, 30, 5, c.sheen(WOOD))
    c.path("M140 282 L128 302 H148 L156 282 Z M260 282 L272 302 H252 L244 282 Z", INK)
    c.rect(22, 86, 356, 204, 8, c.sheen(t.main))
    c.rect(28, 92, 344, 190, 3, INK)
    c.rect(31, 95, 338, 184, 2, c.fade("#27366b", lighter(t.accent, 0.15)))
    c.circle(252, 196, 48, c.glow("#ffe9b8", 0.95))
    c.circle(252, 196, 25, "#ffe9b8")
    c.path("M31 279 V224 Q100 168 168 222 Q230 268 290 220 Q336 190 369 214 V279 Z", darker(t.accent, 0.6))


def air_conditioner(c: Canvas, t: Tint) -> None:
    c.rect(40, 104, 320, 118, 26, "#1d1712", opacity=0.16)
    c.rect(36, 92, 328, 122, 28, c.fade(lighter(t.main, 0.4), darker(t.main, 0.06)))
    c.path("M48 182 H352 Q350 212 326 214 H74 Q50 212 48 182 Z", darker(t.main, 0.2))
    c.rect(66, 192, 268, 7, 3, lighter(t.main, 0.3))
    c.rect(286, 132, 48, 22, 6, INK, opacity=0.75)
    c.stroke("M300 138 V148 M310 138 H320 V148 H310 Z", lighter(t.accent, 0.6), 2.6)
    for x, dip in ((96, 50), (168, 74), (240, 74), (308, 50)):
        c.stroke(f"M{x} 232 q-14 {dip / 2:g} 4 {dip} t-4 {dip / 2:g}", "#ffffff", 9, opacity=0.55)


def oven(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 156)
    c.rect(58, 112, 284, 212, 20, c.sheen(t.main))
    c.rect(78, 140, 182, 156, 14, INK)
    c.rect(90, 152, 158, 132, 8, c.fade("#7c3f1c", "#d98638"))
    c.path("M122 252 C118 208 220 208 216 252 Z", c.ball("#e7b06a"))
    c.rect(104, 252, 130, 7, 3, STEEL)
    c.rect(78, 126, 182, 11, 5, c.cylinder(STEEL))
    for y in (164, 216, 268):
        c.circle(300, y, 19, c.ball(contrasting(t.main, 0.4)))
        c.rect(298, y - 15, 4, 13, 2, t.accent)
    for x in (86, 288):
        c.rect(x, 322, 26, 8, 3, INK)


def stick_vacuum(c: Canvas, t: Tint) -> None:
    c.shadow(170, 338, 120)
    c.path("M66 318 Q66 300 88 300 H214 Q234 300 234 318 V332 H66 Z", c.cylinder(t.main))
    c.rect(78, 322, 144, 9, 4, t.accent)
    c.stroke("M152 302 L232 118", c.cylinder(STEEL), 15)
    with c.moved("rotate(24 256 100)"):
        c.rect(222, 66, 66, 114, 26, c.cylinder(t.main))
        c.rect(230, 100, 50, 66, 16, c.glass("#b9cad6"))
        c.rect(238, 120, 34, 38, 8, t.accent, opacity=0.5)
        c.stroke("M284 76 C336 70 336 144 290 140", INK, 15)
        c.rect(232, 46, 46, 28, 12, c.cylinder(INK))


def dishwasher(c: Canvas, t: Tint) -> None:
    c.shadow(200, 340, 132)
    c.rect(76, 74, 248, 262, 14, c.sheen(t.main))
    c.rect(76, 74, 248, 48, 14, INK)
    c.rect(100, 92, 54, 12, 6, t.accent)
    for x in (220, 246, 272, 298):
        c.circle(x, 98, 6, STEEL)
    c.rect(108, 144, 184, 12, 6, c.cylinder(STEEL))
    c.rect(106, 178, 188, 136, 12, c.fade("#6d8698", "#34475a"))
    for x in (138, 172, 206, 240):
        c.ellipse(x + 8, 250, 12, 38, PAPER, stroke=STEEL, stroke_width=2)
    c.stroke("M118 292 H282", STEEL, 5)


def water_purifier(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 112)
    c.path("M112 80 Q112 58 136 58 H264 Q288 58 288 80 V164 H232 V300 H288 V332 H112 Z", c.sheen(t.main))
    c.rect(230, 164, 24, 22, 4, c.cylinder(STEEL))
    c.stroke("M242 190 V240", "#8ec7e8", 6, opacity=0.9)
    c.path("M216 228 H270 L264 298 H222 Z", c.glass("#a7d4ec"))
    c.path("M219 254 H267 L264 298 H222 Z", "#8ec7e8", opacity=0.7)
    c.rect(140, 86, 120, 44, 10, INK)
    c.stroke("M158 98 V118 M172 98 H188 V118 H172 Z", lighter(t.accent, 0.5), 4)
    c.circle(232, 108, 11, c.ball(t.accent))
    c.rect(212, 298, 78, 10, 3, c.cylinder(STEEL))


MOTIFS = {
    "fridge": fridge,
    "washer": washer,
    "television": television,
    "air_conditioner": air_conditioner,
    "oven": oven,
    "stick_vacuum": stick_vacuum,
    "dishwasher": dishwasher,
    "water_purifier": water_purifier,
}
