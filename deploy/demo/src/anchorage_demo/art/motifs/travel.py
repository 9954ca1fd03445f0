"""Things to carry and to wear."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import contrasting, darker, lighter
from anchorage_demo.art.motifs.tint import GOLD, INK, PAPER, STEEL, WOOD, Tint


def suitcase(c: Canvas, t: Tint) -> None:
    c.shadow(200, 340, 108)
    c.stroke("M160 108 V34 H240 V108", c.cylinder(STEEL), 9)
    c.rect(152, 26, 96, 17, 8, INK)
    c.rect(106, 96, 188, 226, 30, c.cylinder(t.main))
    for x in (136, 168, 200, 232, 264):
        c.rect(x - 4, 112, 8, 194, 4, darker(t.main, 0.2), opacity=0.6)
        c.rect(x - 4, 112, 3, 194, 1, lighter(t.main, 0.4), opacity=0.6)
    c.rect(104, 200, 192, 7, 3, INK, opacity=0.75)
    c.rect(276, 190, 24, 28, 6, c.cylinder(STEEL))
    c.rect(172, 92, 56, 13, 6, INK)
    c.rect(184, 136, 32, 16, 4, t.accent)
    for x in (130, 270):
        c.rect(x - 14, 318, 28, 9, 4, INK)
        c.circle(x, 332, 10, c.ball("#4a4d54"))


def backpack(c: Canvas, t: Tint) -> None:
    c.shadow(200, 336, 118)
    c.stroke("M172 82 C172 46 228 46 228 82", darker(t.main, 0.3), 12)
    for x in (92, 308):
        c.rect(x - 16, 222, 32, 96, 14, c.cylinder(darker(t.main, 0.25)))
    c.path(
        "M104 160 C104 92 146 72 200 72 C254 72 296 92 296 160 V304 Q296 334 266 334 H134 Q104 334 104 304 Z",
        c.sheen(t.main),
    )
    c.path("M104 172 C150 196 250 196 296 172", "none", stroke=darker(t.main, 0.4), stroke_width=5)
    c.rect(126, 218, 148, 98, 20, c.sheen(lighter(t.main, 0.1)))
    c.stroke("M140 244 H260", darker(t.main, 0.4), 4)
    c.rect(248, 240, 8, 28, 4, t.accent)
    c.rect(182, 116, 36, 24, 4, PAPER, opacity=0.9)


def tote(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 126)
    c.stroke("M146 176 C146 60 254 60 254 176", darker(t.main, 0.35), 13)
    c.path("M88 158 H312 L328 316 Q330 334 312 334 H88 Q70 334 72 316 Z", c.sheen(t.main))
    c.stroke("M146 158 V196 M254 158 V196", darker(t.main, 0.35), 13)
    c.stroke("M94 172 H306", darker(t.main, 0.2), 2, stroke_dasharray="6 6")
    c.circle(200, 250, 33, t.accent, opacity=0.9)
    c.path("M186 262 Q200 220 214 262 Z", PAPER, opacity=0.9)


def umbrella(c: Canvas, t: Tint) -> None:
    c.shadow(190, 340, 60)
    c.stroke("M200 70 V312 C200 348 156 348 156 316", c.cylinder(WOOD), 10)
    c.path(
        "M36 206 C44 112 116 66 200 66 C284 66 356 112 364 206 Q336 184 309 206 Q282 184 255 206 Q228 184 200 206 Q172 184 145 206 Q118 184 91 206 Q64 184 36 206 Z",
        c.sheen(t.main),
    )
    c.path(
        "M145 206 C146 150 166 96 200 66 C234 96 254 150 255 206 Q228 184 200 206 Q172 184 145 206 Z",
        lighter(t.main, 0.18),
        opacity=0.7,
    )
    for end in (91, 309):
        c.stroke(
            f"M200 66 Q{(end + 200) / 2 + (end - 200) * 0.3:g} 110 {end} 206",
            darker(t.main, 0.3),
            2,
            opacity=0.6,
        )
    c.rect(196, 46, 8, 24, 4, t.accent)


def tumbler(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 68)
    c.path("M148 128 H252 V300 Q252 330 224 330 H176 Q148 330 148 300 Z", c.cylinder(t.main))
    c.path("M156 86 Q156 66 176 66 H224 Q244 66 244 86 V122 H156 Z", c.cylinder(darker(t.main, 0.35)))
    c.stroke("M176 68 C176 34 224 34 224 68", INK, 8)
    c.rect(146, 120, 108, 11, 5, c.cylinder(STEEL))
    c.rect(148, 290, 104, 7, 0, t.accent, opacity=0.8)
    c.rect(166, 148, 9, 120, 4, "#ffffff", opacity=0.4)


def sling_bag(c: Canvas, t: Tint) -> None:
    c.stroke("M94 214 C40 40 360 10 306 214", darker(t.main, 0.3), 15)
    c.rect(176, 66, 32, 24, 6, c.cylinder(STEEL))
    c.shadow(200, 326, 140)
    c.path(
        "M80 196 Q80 176 104 176 H296 Q320 176 320 196 L312 288 Q306 322 270 322 H130 Q94 322 88 288 Z",
        c.sheen(t.main),
    )
    c.stroke("M100 204 H300", darker(t.main, 0.45), 5)
    c.rect(112, 234, 176, 66, 16, c.sheen(lighter(t.main, 0.1)))
    c.rect(270, 200, 8, 28, 4, t.accent)


def watch(c: Canvas, t: Tint) -> None:
    c.shadow(200, 350, 66)
    c.path("M156 40 H244 L250 128 H150 Z M150 268 H250 L244 356 H156 Z", c.cylinder(t.main))
    for y in (300, 318, 336):
        c.ellipse(200, y, 5, 3, darker(t.main, 0.5))
    c.rect(274, 182, 13, 34, 5, c.cylinder(STEEL))
    c.rect(122, 112, 156, 174, 44, c.sheen(darker(STEEL, 0.2)))
    c.rect(132, 122, 136, 154, 36, "#111318")
    c.stroke("M164 222 A38 38 0 1 1 236 222", contrasting(INK, 0.2), 9)
    c.stroke("M164 222 A38 38 0 0 1 200 162", t.accent, 9)
    c.stroke("M182 190 V210 M194 190 H206 V210 H194 Z M218 190 V210", "#ffffff", 4)


def sunglasses(c: Canvas, t: Tint) -> None:
    c.shadow(200, 300, 160)
    c.stroke("M62 190 L30 150 M338 190 L370 150", t.main, 11)
    for x in (124, 276):
        c.rect(x - 72, 174, 144, 108, 46, t.main)
        c.rect(x - 60, 186, 120, 84, 36, c.fade(darker(t.accent, 0.55), lighter(t.accent, 0.1)))
        c.path(f"M{x - 40} 200 L{x - 10} 200 L{x - 40} 248 Z", "#ffffff", opacity=0.3)
    c.stroke("M188 206 Q200 194 212 206", t.main, 13)


def tshirt(c: Canvas, t: Tint) -> None:
    c.shadow(200, 348, 110)
    c.path(
        "M150 78 Q200 112 250 78 L302 100 L352 178 L300 208 L284 184 V338 Q200 350 116 338 V184 L100 208 L48 178 L98 100 Z",
        c.sheen(t.main),
    )
    c.path("M150 78 Q200 128 250 78 L262 84 Q200 148 138 84 Z", darker(t.main, 0.14))
    c.stroke("M116 190 Q122 260 116 330 M284 190 Q278 260 284 330", darker(t.main, 0.2), 3, opacity=0.5)
    c.rect(226, 156, 34, 34, 7, t.accent, opacity=0.9)


def jacket(c: Canvas, t: Tint) -> None:
    c.shadow(200, 354, 116)
    for side in (-1, 1):
        c.path(
            f"M{200 + side * 60} 92 L{200 + side * 112} 118 L{200 + side * 142} 290 L{200 + side * 98} 300 L{200 + side * 84} 190 Z",
            c.sheen(darker(t.main, 0.12)),
        )
    c.path("M142 88 Q200 70 258 88 L290 112 L292 334 Q200 350 108 334 L110 112 Z", c.sheen(t.main))
    c.path("M150 90 Q200 36 250 90 Q236 124 200 126 Q164 124 150 90 Z", c.ball(darker(t.main, 0.22)))
    c.stroke("M200 124 V342", t.accent, 5)
    c.rect(196, 126, 8, 22, 3, STEEL)
    for path in ("M136 262 L164 246", "M264 262 L236 246"):
        c.stroke(path, darker(t.main, 0.45), 5)
    c.stroke("M110 190 Q200 208 290 190", darker(t.main, 0.25), 3)


def cap(c: Canvas, t: Tint) -> None:
    c.shadow(200, 306, 160)
    c.path("M86 250 C80 150 140 108 214 110 C286 114 316 172 312 250 Z", c.ball(t.main))
    c.path(
        "M92 240 C150 214 250 220 312 246 C358 262 388 286 376 296 C300 266 180 262 88 268 Z",
        c.sheen(darker(t.main, 0.14)),
    )
    for path in ("M206 110 Q150 160 152 232", "M206 110 Q270 160 266 232"):
        c.stroke(path, darker(t.main, 0.25), 3, opacity=0.6)
    c.circle(206, 110, 8, darker(t.main, 0.25))
    c.rect(188, 166, 40, 32, 8, t.accent)


def sneaker(c: Canvas, t: Tint) -> None:
    c.shadow(200, 322, 176)
    c.path(
        "M44 290 C40 240 50 196 64 160 Q84 150 98 168 Q118 196 158 186 L214 222 C260 246 340 246 356 290 Z",
        c.sheen(t.main),
    )
    c.path(
        "M64 160 Q84 150 98 168 Q104 178 110 182 L98 290 H44 C40 240 50 196 64 160 Z",
        c.sheen(darker(t.main, 0.2)),
    )
    c.path("M286 250 C330 256 352 268 356 290 H276 Z", lighter(t.main, 0.3))
    c.path("M120 286 C150 230 190 232 236 284 C200 262 160 262 120 286 Z", t.accent)
    for i in range(4):
        c.stroke(f"M{160 + i * 20} {188 + i * 12} L{140 + i * 20} {204 + i * 12}", PAPER, 6)
    c.path("M36 284 H362 Q374 300 360 318 H60 Q34 318 36 284 Z", c.fade("#ffffff", "#dcd8d0"))
    c.stroke("M50 306 H360", t.accent, 4)


def scarf(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 110)
    c.path("M226 170 L290 330 L236 346 L190 190 Z", c.sheen(darker(t.main, 0.12)))
    c.path("M120 190 L150 356 L210 350 L196 180 Z", c.sheen(t.main))
    c.path("M96 130 C96 70 304 70 304 130 C304 212 96 212 96 130 Z", c.ball(t.main))
    c.path("M138 118 C150 90 250 90 262 118 C240 146 160 146 138 118 Z", darker(t.main, 0.45))
    for y in (236, 262, 288, 314):
        c.stroke(f"M{128 + (y - 236) // 5} {y} L{200 + (y - 236) // 12} {y - 6}", t.accent, 6, opacity=0.8)
    c.stroke("M104 142 C130 190 270 190 296 142", lighter(t.main, 0.3), 3, opacity=0.6)


def handbag(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 130)
    c.stroke("M140 178 C140 70 260 70 260 178", darker(t.main, 0.3), 14)
    c.path(
        "M96 174 H304 C326 220 332 290 322 322 Q318 334 304 334 H96 Q82 334 78 322 C68 290 74 220 96 174 Z",
        c.sheen(t.main),
    )
    c.path(
        "M96 174 H304 C312 196 318 216 320 236 Q200 286 80 236 C82 216 88 196 96 174 Z",
        c.sheen(lighter(t.main, 0.12)),
    )
    c.rect(182, 244, 36, 30, 7, c.ball(GOLD))
    c.rect(194, 254, 12, 10, 3, darker(GOLD, 0.4))


MOTIFS = {
    "suitcase": suitcase,
    "backpack": backpack,
    "tote": tote,
    "umbrella": umbrella,
    "tumbler": tumbler,
    "sling_bag": sling_bag,
    "watch": watch,
    "sunglasses": sunglasses,
    "tshirt": tshirt,
    "jacket": jacket,
    "cap": cap,
    "sneaker": sneaker,
    "scarf": scarf,
    "handbag": handbag,
}
