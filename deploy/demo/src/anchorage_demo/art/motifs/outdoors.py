"""Sport and the open air."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import contrasting, darker, lighter
from anchorage_demo.art.motifs.tint import INK, PAPER, STEEL, WOOD, Tint


def tent(c: Canvas, t: Tint) -> None:
    c.shadow(200, 326, 186)
    c.path("M200 96 L366 326 H34 Z", c.sheen(t.main))
    c.path("M200 96 L366 326 H262 Z", darker(t.main, 0.25))
    c.path("M196 140 L256 326 H124 Z", darker(t.main, 0.6))
    c.path("M196 140 L124 326 H156 Q196 250 196 140 Z", lighter(t.main, 0.25))
    c.path("M196 140 L256 326 H238 Q200 250 196 140 Z", lighter(t.main, 0.15))
    c.stroke("M200 96 L186 76 M200 96 L214 76", WOOD, 6)
    c.stroke("M34 326 L10 338 M366 326 L390 338", STEEL, 3)
    c.path("M206 82 l34 12 l-32 12 Z", t.accent)


def helmet(c: Canvas, t: Tint) -> None:
    c.shadow(200, 312, 140)
    c.stroke("M96 246 Q140 324 196 312 M292 246 Q250 318 196 312", INK, 7)
    c.path(
        "M62 246 C54 130 132 84 214 86 C302 90 350 166 344 246 Q330 262 300 252 Q200 218 100 258 Q68 264 62 246 Z",
        c.ball(t.main),
    )
    for start, end in (
        ((110, 206), (168, 118)),
        ((168, 202), (216, 112)),
        ((228, 202), (262, 126)),
        ((288, 212), (302, 156)),
    ):
        c.stroke(
            f"M{start[0]} {start[1]} Q{start[0] + 10} {end[1] + 40} {end[0]} {end[1]}",
            darker(t.main, 0.65),
            15,
        )
    c.stroke("M72 240 Q200 190 336 238", t.accent, 6)


def yoga_mat(c: Canvas, t: Tint) -> None:
    c.shadow(200, 322, 180)
    c.path("M116 236 H352 L384 316 H92 Z", c.sheen(lighter(t.main, 0.1)))
    c.stroke("M150 254 H346 M140 276 H356 M130 298 H366", lighter(t.main, 0.4), 2, opacity=0.7)
    c.rect(30, 196, 260, 84, 42, c.fade(lighter(t.main, 0.2), darker(t.main, 0.18)))
    c.ellipse(64, 238, 34, 42, darker(t.main, 0.2))
    for r in (30, 21, 12):
        c.ellipse(64, 238, r * 0.82, r, "none", stroke=lighter(t.main, 0.4), stroke_width=4)
    for x in (132, 220):
        c.rect(x, 194, 16, 88, 5, t.accent)


def dumbbells(c: Canvas, t: Tint) -> None:
    c.shadow(200, 322, 170)
    for y, lean in ((168, -4), (276, 4)):
        with c.moved(f"rotate({lean} 200 {y})"):
            c.rect(130, y - 13, 140, 26, 10, c.fade(lighter(STEEL, 0.4), darker(STEEL, 0.2)))
            for x, height in ((64, 74), (90, 96), (118, 84)):
                for side in (x, 400 - x - 26):
                    c.rect(
                        side, y - height / 2, 26, height, 9, c.fade(lighter(t.main, 0.3), darker(t.main, 0.3))
                    )
            for x in (70, 316):
                c.circle(x + 7, y, 7, t.accent)


def camp_chair(c: Canvas, t: Tint) -> None:
    c.shadow(200, 340, 140)
    c.stroke("M92 336 L280 226 M308 336 L120 226 M104 102 L128 250 M296 102 L272 250", c.cylinder(STEEL), 10)
    c.path("M98 84 Q200 108 302 84 L286 214 Q200 236 114 214 Z", c.sheen(t.main))
    c.path("M114 214 Q200 236 286 214 L306 250 Q200 284 94 250 Z", c.sheen(darker(t.main, 0.16)))
    for x in (84, 282):
        c.rect(x, 192, 34, 15, 7, c.cylinder(WOOD))
    c.rect(172, 134, 56, 36, 6, t.accent, opacity=0.9)


def bicycle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 190)
    for x in (96, 304):
        c.circle(x, 256, 73, "none", stroke=INK, stroke_width=10)
        c.circle(x, 256, 65, "none", stroke=STEEL, stroke_width=3)
        for angle in range(0, 180, 20):
            with c.moved(f"rotate({angle} {x} 256)"):
                c.stroke(f"M{x - 64} 256 H{x + 64}", "#9aa0a6", 1.1)
        c.circle(x, 256, 9, c.ball(STEEL))
    c.stroke("M96 256 L150 156 H270 L190 260 H96 M150 156 L190 260 M270 156 L304 256", t.main, 12)
    c.stroke("M150 156 L140 122 M270 156 L262 108 Q290 92 304 110", INK, 9)
    c.rect(112, 110, 58, 15, 7, c.cylinder(WOOD))
    c.circle(190, 260, 20, "none", stroke=INK, stroke_width=7)
    c.stroke("M190 260 L208 292 M200 294 H222", INK, 6)
    c.rect(212, 176, 30, 8, 4, t.accent)


def racket(c: Canvas, t: Tint) -> None:
    c.shadow(190, 344, 110)
    for lean, colour in ((-28, t.main), (26, darker(t.accent, 0.1))):
        with c.moved(f"rotate({lean} 200 300)"):
            for i in range(-4, 5):
                half = (1 - (i / 5) ** 2) ** 0.5
                c.stroke(f"M{200 + i * 12} {122 - half * 70:g} V{122 + half * 70:g}", PAPER, 1.6)
                c.stroke(f"M{200 - half * 54:g} {122 + i * 15} H{200 + half * 54:g}", PAPER, 1.6)
            c.ellipse(200, 122, 58, 74, "none", stroke=colour, stroke_width=11)
            c.stroke("M200 198 V268", c.cylinder(STEEL), 8)
            c.rect(190, 260, 20, 84, 8, c.cylinder(INK))
    c.path("M184 318 L162 256 H218 Z", PAPER)
    c.path("M168 274 H212 L209 284 H171 Z", t.accent)
    c.circle(190, 322, 15, c.ball(WOOD))


def ball(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 112)
    c.circle(200, 212, 120, c.ball(t.main))
    line = contrasting(t.main, 0.7)
    c.stroke("M80 212 H320 M200 92 V332 M112 130 Q196 212 112 294 M288 130 Q204 212 288 294", line, 6)
    c.ellipse(162, 150, 36, 20, "#ffffff", opacity=0.28, transform="rotate(-35 162 150)")


def cooler(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 150)
    c.stroke("M84 190 V112 H316 V190", c.cylinder(STEEL), 11)
    c.rect(64, 196, 272, 132, 20, c.sheen(t.main))
    c.rect(54, 158, 292, 46, 16, c.fade("#ffffff", "#dedad2"))
    c.rect(182, 190, 36, 32, 7, c.cylinder(INK))
    c.rect(96, 248, 92, 42, 8, t.accent)
    c.stroke("M122 258 L142 282 M142 258 L122 282 M132 254 V286 M116 270 H148", PAPER, 4)


MOTIFS = {
    "tent": tent,
    "helmet": helmet,
    "yoga_mat": yoga_mat,
    "dumbbells": dumbbells,
    "camp_chair": camp_chair,
    "bicycle": bicycle,
    "racket": racket,
    "ball": ball,
    "cooler": cooler,
}
