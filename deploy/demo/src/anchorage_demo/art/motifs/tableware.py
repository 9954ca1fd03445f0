"""What belongs on the table next to a bottle."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter, luminance
from anchorage_demo.art.motifs.tint import GOLD, INK, PAPER, STEEL, WOOD, Tint


def wine_glass(c: Canvas, t: Tint) -> None:
    c.shadow(200, 350, 92)
    for x, scale in ((268, 0.84), (156, 1.0)):
        with c.moved(f"translate({x} 346) scale({scale}) translate(-100 -300)"):
            c.ellipse(100, 298, 56, 8, c.glass("#c9d5da"))
            c.rect(96, 176, 8, 120, 3, c.glass("#b7c6cd"))
            c.path(
                "M56 96 Q100 88 144 96 C146 150 126 178 100 180 C74 178 54 150 56 96 Z",
                c.ball(t.main),
                opacity=0.92,
            )
            c.ellipse(100, 96, 44, 7, lighter(t.main, 0.3))
            c.path(
                "M62 22 H138 C152 92 146 174 100 180 C54 174 48 92 62 22 Z",
                c.glass("#c3d2d9"),
                stroke="#8fa3ad",
                stroke_width=1.5,
                stroke_opacity=0.6,
            )
            c.ellipse(100, 22, 38, 6, "none", stroke="#ffffff", stroke_width=2.5)
            c.path(
                "M70 40 Q62 92 72 136",
                "none",
                stroke="#ffffff",
                stroke_width=5,
                stroke_linecap="round",
                opacity=0.7,
            )


def decanter(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 136)
    c.path(
        "M96 272 Q200 256 304 272 C316 318 276 344 200 344 C124 344 84 318 96 272 Z",
        c.ball(t.main),
        opacity=0.92,
    )
    c.ellipse(200, 271, 102, 14, lighter(t.main, 0.22))
    c.path(
        "M170 56 Q200 66 230 56 C222 120 224 158 232 184 C300 206 322 262 308 298 C296 334 254 344 200 344 C146 344 104 334 92 298 C78 262 100 206 168 184 C176 158 178 120 170 56 Z",
        c.glass("#b9cbd4"),
        stroke="#8fa3ad",
        stroke_width=1.5,
        stroke_opacity=0.6,
    )
    c.ellipse(200, 57, 30, 6, "none", stroke="#ffffff", stroke_width=3)
    c.path(
        "M126 230 Q104 254 108 290",
        "none",
        stroke="#ffffff",
        stroke_width=8,
        stroke_linecap="round",
        opacity=0.65,
    )
    c.rect(182, 128, 36, 7, 3, t.accent, opacity=0.8)


def corkscrew(c: Canvas, t: Tint) -> None:
    c.shadow(200, 348, 90)
    for side in (-1, 1):
        c.stroke(
            f"M{200 + side * 16} 150 L{200 + side * 96} 118 L{200 + side * 112} 86", c.cylinder(STEEL), 15
        )
        c.circle(200 + side * 112, 84, 15, c.ball(t.main))
    c.rect(148, 50, 104, 28, 14, c.fade(lighter(t.main, 0.3), darker(t.main, 0.15)))
    c.rect(190, 74, 20, 90, 4, c.cylinder(STEEL))
    c.path("M164 130 H236 V222 H164 Z", c.cylinder(darker(STEEL, 0.1)))
    c.rect(176, 148, 48, 56, 8, INK, opacity=0.75)
    c.path("M156 222 H244 V238 H156 Z", c.cylinder(t.accent))
    c.stroke(
        "M200 238 q22 8 0 18 q-22 8 0 18 q22 8 0 18 q-22 8 0 18 l0 20", c.cylinder(darker(STEEL, 0.2)), 8
    )
    c.rect(268, 274, 62, 66, 10, c.fade(lighter(WOOD, 0.25), WOOD), transform="rotate(16 299 307)")


def gift_box(c: Canvas, t: Tint) -> None:
    c.shadow(200, 342, 146)
    c.rect(84, 176, 232, 164, 6, c.sheen(t.main))
    c.rect(72, 138, 256, 50, 6, c.sheen(lighter(t.main, 0.1)))
    c.rect(180, 138, 40, 202, 0, c.cylinder(GOLD))
    c.rect(72, 184, 256, 5, 0, darker(t.main, 0.3), opacity=0.5)
    for side in (-1, 1):
        c.path(
            f"M200 136 C{200 + side * 30} 70 {200 + side * 112} 66 {200 + side * 98} 112 C{200 + side * 88} 138 {200 + side * 40} 140 200 136 Z",
            c.ball(GOLD),
        )
        c.path(
            f"M200 132 C{200 + side * 30} 98 {200 + side * 76} 90 {200 + side * 74} 112 C{200 + side * 70} 126 {200 + side * 34} 130 200 132 Z",
            darker(GOLD, 0.35),
        )
    c.rect(184, 116, 32, 30, 9, c.ball(lighter(GOLD, 0.2)))
    c.circle(272, 262, 25, t.accent, opacity=0.9)
    c.circle(272, 262, 17, "none", stroke=PAPER, stroke_width=2)


def tasting_set(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 154)
    for x, colour in ((110, t.main), (176, "#e0c98a"), (242, t.accent)):
        neck = x + 24
        c.path(
            f"M{neck - 11} 112 H{neck + 11} V158 Q{x + 52} 170 {x + 52} 196 V312 H{x - 4} V196 Q{x - 4} 170 {neck - 11} 158 Z",
            c.cylinder(colour),
        )
        c.rect(neck - 13, 104, 26, 30, 4, c.cylinder(INK if luminance(colour) > 0.5 else GOLD))
        c.rect(x - 4, 212, 56, 58, 1, c.cylinder(PAPER))
        c.rect(x + 8, 228, 32, 5, 2, INK, opacity=0.7)
        c.rect(x + 14, 240, 20, 4, 2, colour)
    c.path("M68 266 H332 V330 Q332 342 320 342 H80 Q68 342 68 330 Z", c.sheen(WOOD))
    c.rect(160, 290, 80, 28, 6, darker(WOOD, 0.35), opacity=0.8)


def wine_cabinet(c: Canvas, t: Tint) -> None:
    c.shadow(200, 350, 114)
    c.rect(104, 40, 192, 306, 14, c.cylinder(t.main))
    c.rect(120, 58, 160, 272, 8, c.fade("#2b2420", "#54402c"))
    for row in range(5):
        y = 84 + row * 52
        for x in (148, 184, 220, 256):
            c.circle(
                x - 2, y + 8, 14, c.ball(("#5b1f2c", "#3c4a2a", "#7a2a35", "#46361f")[(row + x // 36) % 4])
            )
            c.circle(x - 2, y + 8, 5, GOLD)
        c.rect(124, y + 25, 152, 7, 2, c.fade(lighter(WOOD, 0.1), darker(WOOD, 0.2)))
    c.path("M120 58 H190 L140 330 H120 Z", "#ffffff", opacity=0.1)
    c.rect(274, 150, 8, 96, 4, c.cylinder(STEEL))
    c.rect(178, 46, 44, 8, 3, t.accent)


def ice_bucket(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 110)
    with c.moved("rotate(16 220 200)"):
        c.path(
            "M206 40 H234 V104 C238 140 264 152 264 190 V280 H176 V190 C176 152 202 140 206 104 Z",
            c.cylinder("#31502f"),
        )
        c.path("M203 36 Q203 28 220 28 Q237 28 237 36 V100 H203 Z", c.cylinder(GOLD))
    for x, y, lean in ((128, 176, 12), (160, 168, -14), (256, 174, 20), (282, 182, -8), (108, 186, 30)):
        c.rect(
            x - 17,
            y - 17,
            36,
            36,
            7,
            c.fade("#ffffff", "#bfe0ee", 0.95, 0.8),
            transform=f"rotate({lean} {x} {y})",
        )
    c.path("M84 186 H316 L290 326 Q286 346 266 346 H134 Q114 346 110 326 Z", c.cylinder(t.main))
    c.rect(78, 178, 244, 18, 9, c.cylinder(lighter(t.main, 0.2)))
    for x in (76, 324):
        c.circle(x, 222, 17, "none", stroke=t.accent, stroke_width=7)


def rocks_glass(c: Canvas, t: Tint) -> None:
    c.shadow(200, 340, 122)
    c.path("M98 116 H302 L286 318 Q284 336 266 336 H134 Q116 336 114 318 Z", c.glass("#cfdde2"))
    c.path("M106 214 H294 L285 312 Q284 326 268 326 H132 Q116 326 115 312 Z", c.cylinder(t.main), opacity=0.9)
    c.rect(150, 170, 92, 88, 14, c.fade("#ffffff", "#ffffff", 0.85, 0.3), transform="rotate(12 196 214)")
    for x in range(126, 286, 26):
        c.stroke(f"M{x} 326 L{x + 12} 250", "#ffffff", 2.5, opacity=0.5)
    c.ellipse(200, 116, 102, 13, "none", stroke="#ffffff", stroke_width=4)
    c.path("M262 92 C300 70 332 96 320 130 C300 140 272 128 262 92 Z", c.ball(t.accent))
    c.path("M116 136 L128 300", "none", stroke="#ffffff", stroke_width=7, stroke_linecap="round", opacity=0.6)


MOTIFS = {
    "wine_glass": wine_glass,
    "decanter": decanter,
    "corkscrew": corkscrew,
    "gift_box": gift_box,
    "tasting_set": tasting_set,
    "wine_cabinet": wine_cabinet,
    "ice_bucket": ice_bucket,
    "rocks_glass": rocks_glass,
}
