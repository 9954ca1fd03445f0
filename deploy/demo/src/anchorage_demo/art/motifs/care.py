"""Personal care and beauty."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.art.motifs.tint import GOLD, INK, PAPER, STEEL, Tint


def toothbrush(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 84)
    c.ellipse(170, 324, 56, 12, c.cylinder(t.main))
    c.path("M146 186 H194 L200 304 Q200 320 184 320 H156 Q140 320 140 304 Z", c.cylinder(t.main))
    c.path("M158 186 L164 96 H176 L182 186 Z", c.cylinder(lighter(t.main, 0.2)))
    c.rect(156, 44, 28, 62, 12, c.cylinder(PAPER))
    for y in range(52, 92, 8):
        c.rect(132, y, 28, 5, 2, t.accent if y % 16 else lighter(t.accent, 0.5))
    c.circle(170, 222, 10, c.ball(STEEL))
    for y in (250, 264, 278):
        c.circle(170, y, 3, t.accent)
    c.rect(240, 208, 34, 110, 15, c.cylinder(lighter(t.main, 0.3)))
    c.rect(244, 170, 26, 46, 10, c.cylinder(PAPER))
    c.ellipse(257, 322, 30, 8, c.cylinder(t.main))


def hair_dryer(c: Canvas, t: Tint) -> None:
    c.shadow(220, 336, 96)
    c.path("M196 200 H262 L274 318 Q274 332 260 332 H222 Q208 332 206 318 Z", c.cylinder(t.main))
    c.rect(112, 104, 218, 106, 53, c.fade(lighter(t.main, 0.35), darker(t.main, 0.16)))
    c.path("M116 112 L62 100 V214 L116 202 Z", c.fade(lighter(INK, 0.3), INK))
    c.circle(282, 157, 37, c.ball(darker(t.main, 0.2)))
    for r in (26, 18, 10):
        c.circle(282, 157, r, "none", stroke=INK, stroke_width=3, opacity=0.55)
    c.rect(224, 238, 16, 30, 7, t.accent)
    for y in (122, 157, 192):
        c.stroke(f"M44 {y} q-16 -8 -30 0", "#ffffff", 6, opacity=0.7)


def shaver(c: Canvas, t: Tint) -> None:
    c.shadow(200, 336, 74)
    c.path("M156 164 H244 L236 312 Q234 334 214 334 H186 Q166 334 164 312 Z", c.cylinder(t.main))
    c.path("M122 138 Q122 66 200 66 Q278 66 278 138 L246 172 H154 Z", c.sheen(darker(t.main, 0.25)))
    for x, y in ((166, 118), (234, 118), (200, 92)):
        c.circle(x, y, 25, c.ball(STEEL))
        c.circle(x, y, 16, INK)
        c.circle(x, y, 7, c.ball(t.accent))
    c.circle(200, 214, 14, c.ball(STEEL))
    c.rect(180, 248, 40, 48, 8, INK)
    c.rect(188, 260, 24, 6, 3, t.accent)


def scale(c: Canvas, t: Tint) -> None:
    c.shadow(200, 326, 178)
    c.path(
        "M94 156 H306 Q322 156 328 170 L366 292 Q370 314 348 314 H52 Q30 314 34 292 L72 170 Q78 156 94 156 Z",
        c.sheen(t.main),
    )
    c.path(
        "M34 296 Q32 318 52 322 H348 Q368 318 366 296 Q366 312 348 312 H52 Q34 312 34 296 Z",
        darker(t.main, 0.4),
    )
    c.path("M156 172 H244 L250 206 H150 Z", INK)
    c.stroke("M174 182 V197 M188 182 H200 V197 H188 Z M216 182 V197 M228 182 V197", lighter(t.accent, 0.5), 4)
    c.ellipse(126, 258, 30, 24, lighter(t.main, 0.35), opacity=0.8)
    c.ellipse(274, 258, 30, 24, lighter(t.main, 0.35), opacity=0.8)


def lipstick(c: Canvas, t: Tint) -> None:
    c.shadow(214, 336, 100)
    c.rect(128, 216, 76, 116, 7, c.cylinder(INK))
    c.rect(136, 162, 60, 58, 4, c.cylinder(GOLD))
    c.path("M144 164 V96 Q150 70 188 58 V164 Z", c.cylinder(t.main))
    c.path("M144 98 Q150 70 188 58 Q184 92 144 98 Z", lighter(t.main, 0.3))
    with c.moved("rotate(90 272 290)"):
        c.rect(230, 222, 76, 118, 8, c.cylinder(INK))
        c.rect(230, 322, 76, 14, 3, c.cylinder(GOLD))


def cream_jar(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 130)
    c.path("M92 218 H308 V300 Q308 330 276 330 H124 Q92 330 92 300 Z", c.cylinder(t.main))
    c.rect(84, 150, 232, 74, 14, c.cylinder(lighter(GOLD, 0.25)))
    c.ellipse(200, 154, 114, 15, lighter(GOLD, 0.55))
    c.rect(146, 250, 108, 46, 6, PAPER, opacity=0.9)
    c.rect(166, 264, 68, 6, 3, t.accent)
    c.rect(178, 278, 44, 4, 2, STEEL)


def dropper(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 82)
    c.path("M178 68 Q178 36 200 36 Q222 36 222 68 V106 H178 Z", c.cylinder(INK))
    c.rect(166, 102, 68, 40, 6, c.cylinder(GOLD))
    c.path(
        "M172 142 H228 V156 Q276 164 276 206 V306 Q276 332 250 332 H150 Q124 332 124 306 V206 Q124 164 172 156 Z",
        c.cylinder(t.main),
        opacity=0.85,
    )
    c.rect(194, 150, 12, 128, 6, "#ffffff", opacity=0.35)
    c.rect(142, 216, 116, 84, 5, PAPER)
    c.circle(200, 244, 14, "none", stroke=t.accent, stroke_width=4)
    c.rect(168, 272, 64, 5, 2, INK, opacity=0.6)
    c.rect(178, 284, 44, 4, 2, INK, opacity=0.4)


def perfume(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 116)
    c.rect(164, 70, 72, 72, 10, c.cylinder(GOLD))
    c.rect(180, 138, 40, 22, 3, c.cylinder(STEEL))
    c.rect(104, 156, 192, 176, 24, c.glass(t.main))
    c.rect(118, 204, 164, 116, 14, c.fade(lighter(t.main, 0.25), t.main), opacity=0.85)
    c.rect(104, 156, 192, 176, 24, "none", stroke="#ffffff", stroke_width=4, opacity=0.6)
    c.rect(152, 224, 96, 62, 3, PAPER, opacity=0.92)
    c.path("M200 236 q14 12 0 26 q-14 -14 0 -26 Z", t.accent)
    c.path("M124 176 H142 V300 H124 Z", "#ffffff", opacity=0.35)


def tube(c: Canvas, t: Tint) -> None:
    c.shadow(200, 336, 76)
    c.path("M126 54 H274 L252 280 H148 Z", c.cylinder(t.main))
    c.rect(122, 44, 156, 22, 3, c.cylinder(lighter(t.main, 0.25)))
    for x in range(128, 276, 8):
        c.stroke(f"M{x} 46 V62", darker(t.main, 0.2), 1.4, opacity=0.6)
    c.path("M148 280 H252 L246 322 Q244 334 232 334 H168 Q156 334 154 322 Z", c.cylinder(PAPER))
    c.circle(200, 138, 31, t.accent, opacity=0.85)
    c.path("M200 118 q22 20 0 40 q-22 -20 0 -40 Z", PAPER, opacity=0.9)
    c.rect(168, 196, 64, 7, 3, INK, opacity=0.6)
    c.rect(178, 212, 44, 5, 2, INK, opacity=0.4)


def pump_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 92)
    c.stroke("M200 96 V62 H142 V76", c.cylinder(INK), 13)
    c.rect(172, 92, 56, 40, 7, c.cylinder(INK))
    c.path(
        "M158 130 H242 Q284 140 284 184 V304 Q284 332 256 332 H144 Q116 332 116 304 V184 Q116 140 158 130 Z",
        c.cylinder(t.main),
    )
    c.rect(142, 194, 116, 98, 6, PAPER, opacity=0.94)
    c.path("M200 212 C222 226 222 246 200 254 C178 246 178 226 200 212 Z", t.accent)
    c.rect(166, 268, 68, 5, 2, INK, opacity=0.55)
    c.rect(178, 279, 44, 4, 2, INK, opacity=0.4)


def sheet_mask(c: Canvas, t: Tint) -> None:
    c.shadow(200, 344, 120)
    for lean, colour in ((-10, darker(t.main, 0.12)), (6, t.main)):
        with c.moved(f"rotate({lean} 200 330)"):
            c.rect(112, 76, 176, 256, 8, c.sheen(colour))
            c.stroke("M112 96 H288 M112 314 H288", "#ffffff", 2, opacity=0.6, stroke_dasharray="4 5")
    with c.moved("rotate(6 200 330)"):
        c.path(
            "M200 124 C252 124 264 172 256 210 C250 244 226 264 200 264 C174 264 150 244 144 210 C136 172 148 124 200 124 Z",
            PAPER,
        )
        c.ellipse(178, 186, 15, 8, t.main)
        c.ellipse(222, 186, 15, 8, t.main)
        c.ellipse(200, 234, 17, 7, t.main)
        c.rect(160, 282, 80, 8, 4, t.accent)


def eye_palette(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 160)
    c.path("M62 60 H338 L328 186 H72 Z", c.sheen(darker(t.main, 0.3)))
    c.path("M80 74 H320 L312 176 H88 Z", c.sheen("#cfdce2"))
    c.path("M130 74 H190 L150 176 H96 Z", "#ffffff", opacity=0.4)
    c.path("M68 186 H332 L350 310 Q350 326 334 326 H66 Q50 326 50 310 Z", c.sheen(t.main))
    for row in range(2):
        for column in range(4):
            tone = (lighter(t.accent, 0.6), t.accent, darker(t.accent, 0.3), "#c98f6b")[(column + row) % 4]
            c.ellipse(104 + column * 64, 224 + row * 62, 25, 21, c.ball(tone))


MOTIFS = {
    "toothbrush": toothbrush,
    "hair_dryer": hair_dryer,
    "shaver": shaver,
    "scale": scale,
    "lipstick": lipstick,
    "cream_jar": cream_jar,
    "dropper": dropper,
    "perfume": perfume,
    "tube": tube,
    "pump_bottle": pump_bottle,
    "sheet_mask": sheet_mask,
    "eye_palette": eye_palette,
}
