"""Kitchen things."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import contrasting, darker, lighter
from anchorage_demo.art.motifs.tint import INK, PAPER, STEEL, WOOD, Tint


def gooseneck_kettle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 130)
    c.rect(118, 312, 170, 18, 8, c.cylinder(INK))
    c.circle(268, 321, 4, t.accent)
    c.stroke("M142 262 C96 258 100 206 88 168 C84 152 70 150 60 156", darker(t.main, 0.2), 15)
    c.stroke("M142 260 C98 255 104 205 91 168 C87 154 72 151 62 155", t.main, 9)
    c.stroke("M262 198 C322 178 336 216 322 268", c.cylinder(WOOD), 17)
    c.path(
        "M148 182 L258 182 C276 226 286 282 286 308 Q286 314 276 314 L130 314 Q120 314 121 306 Z",
        c.cylinder(t.main),
    )
    c.path("M148 182 Q203 152 258 182 Z", c.cylinder(lighter(t.main, 0.1)))
    c.rect(194, 146, 18, 18, 5, c.cylinder(WOOD))
    c.rect(146, 179, 114, 6, 3, c.cylinder(STEEL))


def kettle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 120)
    c.rect(120, 314, 156, 16, 8, c.cylinder(INK))
    c.path("M134 158 L92 132 L104 178 L132 204 Z", c.sheen(t.main))
    c.stroke("M262 150 C330 140 334 270 270 288", c.cylinder(INK), 20)
    c.path(
        "M132 142 L262 142 C278 190 282 270 280 314 L116 314 C114 270 118 190 132 142 Z", c.cylinder(t.main)
    )
    c.path("M132 142 Q197 106 262 142 Z", c.cylinder(lighter(t.main, 0.15)))
    c.circle(197, 114, 11, c.ball(INK))
    c.rect(184, 200, 20, 84, 10, "#ffffff", opacity=0.35)
    c.rect(188, 240, 12, 40, 6, t.accent, opacity=0.6)


def rice_cooker(c: Canvas, t: Tint) -> None:
    c.shadow(200, 328, 150)
    c.path("M76 218 C76 160 130 142 200 142 C270 142 324 160 324 218 Z", c.ball(lighter(t.main, 0.12)))
    c.path("M72 214 H328 C330 280 312 328 276 328 H124 C88 328 70 280 72 214 Z", c.cylinder(t.main))
    c.rect(68, 206, 264, 13, 6, c.cylinder(STEEL))
    c.rect(174, 136, 52, 16, 8, c.cylinder(INK))
    c.rect(148, 240, 104, 62, 18, INK)
    c.rect(166, 252, 68, 22, 5, lighter(t.accent, 0.5))
    for x in (176, 200, 224):
        c.circle(x, 288, 5, t.accent)


def blender(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 96)
    c.path("M136 246 H264 L276 320 Q276 330 264 330 H136 Q124 330 124 320 Z", c.cylinder(t.main))
    c.circle(200, 290, 19, c.ball(INK))
    c.rect(198, 274, 4, 14, 2, t.accent)
    c.stroke("M270 120 C314 122 310 206 262 208", c.glass("#c9d6da"), 13)
    c.path("M136 156 H264 L250 240 H150 Z", c.fade(lighter(t.accent, 0.15), t.accent))
    c.ellipse(200, 156, 64, 9, lighter(t.accent, 0.4))
    c.path("M124 84 H276 L252 246 H148 Z", c.glass())
    c.rect(118, 68, 164, 20, 8, c.cylinder(t.main))
    c.rect(182, 54, 36, 16, 6, c.cylinder(INK))
    c.path("M144 98 H158 L170 232 H162 Z", "#ffffff", opacity=0.5)


def air_fryer(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 118)
    c.path(
        "M200 84 C284 84 308 148 308 226 C308 296 296 330 270 330 H130 C104 330 92 296 92 226 C92 148 116 84 200 84 Z",
        c.ball(t.main),
    )
    c.path(
        "M96 226 H304 C304 288 292 318 270 318 H130 C108 318 96 288 96 226 Z",
        c.cylinder(contrasting(t.main, 0.16)),
    )
    c.rect(180, 226, 40, 74, 12, c.cylinder(INK))
    c.rect(188, 236, 24, 7, 3, t.accent)
    c.ellipse(200, 152, 54, 38, INK)
    c.stroke("M166 152 A34 24 0 0 1 234 152", t.accent, 5)
    c.rect(186, 150, 28, 12, 4, "#ffffff", opacity=0.85)


def toaster(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 146)
    for x in (112, 206):
        c.path(
            f"M{x} 190 V138 Q{x - 8} 104 {x + 41} 104 Q{x + 90} 104 {x + 82} 138 V190 Z", c.sheen("#d99a55")
        )
        c.path(
            f"M{x + 9} 190 V142 Q{x + 3} 115 {x + 41} 115 Q{x + 79} 115 {x + 73} 142 V190 Z",
            c.sheen("#f3d29c"),
        )
    c.path(
        "M98 176 H302 Q338 176 340 214 L344 306 Q344 322 326 322 H74 Q56 322 56 306 L60 214 Q62 176 98 176 Z",
        c.sheen(t.main),
    )
    c.rect(96, 178, 208, 10, 5, darker(t.main, 0.5))
    c.rect(58, 296, 284, 12, 4, c.cylinder(STEEL))
    c.circle(292, 252, 20, c.ball(STEEL))
    c.rect(290, 236, 4, 14, 2, INK)
    c.rect(98, 214, 10, 62, 5, darker(t.main, 0.35))
    c.rect(86, 226, 34, 14, 6, t.accent)
    for x in (84, 288):
        c.rect(x, 322, 28, 8, 3, INK)


def coffee_machine(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 132)
    c.rect(92, 304, 216, 26, 8, c.cylinder(INK))
    c.rect(212, 96, 90, 214, 14, c.cylinder(t.main))
    c.path("M98 96 Q98 82 114 82 H286 Q302 82 302 96 V168 H98 Z", c.sheen(t.main))
    c.rect(128, 168, 64, 16, 4, c.cylinder(STEEL))
    c.rect(152, 182, 16, 18, 4, c.cylinder(INK))
    c.stroke("M190 176 H232", INK, 10)
    c.stroke("M160 204 V244", "#6b3f22", 4)
    c.path("M128 236 H192 Q192 296 176 300 H144 Q128 296 128 236 Z", c.cylinder(PAPER))
    c.stroke("M190 250 Q214 252 206 272 Q200 284 184 282", PAPER, 7)
    c.ellipse(160, 238, 30, 6, "#6b3f22")
    c.rect(110, 302, 100, 6, 3, c.cylinder(STEEL))
    for x in (132, 162, 192):
        c.circle(x, 124, 11, c.ball(INK if x != 162 else t.accent))
    c.circle(264, 124, 19, PAPER, stroke=STEEL, stroke_width=4)
    c.stroke("M264 124 L272 114", t.accent, 3)


def frying_pan(c: Canvas, t: Tint) -> None:
    c.shadow(180, 322, 140)
    with c.moved("rotate(-18 200 250)"):
        c.rect(276, 232, 116, 22, 11, c.fade(lighter(WOOD, 0.2), darker(WOOD, 0.15)))
        c.rect(266, 235, 30, 16, 4, c.cylinder(STEEL))
        c.ellipse(166, 250, 124, 78, c.sheen(t.main))
        c.ellipse(166, 242, 124, 76, c.cylinder(darker(t.main, 0.1)))
        c.ellipse(166, 243, 110, 65, c.ball(INK))
        c.path(
            "M112 246 C104 220 140 206 162 214 C190 202 226 222 214 248 C220 276 178 282 158 274 C128 284 108 268 112 246 Z",
            PAPER,
        )
        c.circle(164, 244, 22, c.ball("#f2b233"))
        c.ellipse(157, 236, 6, 4, "#ffffff", opacity=0.7)


def stock_pot(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 140)
    for x in (66, 300):
        c.rect(x, 218, 34, 20, 10, c.cylinder(darker(t.main, 0.25)))
    c.path("M88 190 H312 V290 Q312 330 272 330 H128 Q88 330 88 290 Z", c.cylinder(t.main))
    c.path("M82 186 C92 144 308 144 318 186 Z", c.ball(lighter(t.main, 0.08)))
    c.rect(78, 182, 244, 14, 7, c.cylinder(darker(t.main, 0.12)))
    c.circle(200, 142, 17, c.ball("#d0a65a"))
    c.stroke("M110 220 V280", "#ffffff", 10, opacity=0.25)


def mug(c: Canvas, t: Tint) -> None:
    c.shadow(190, 330, 104)
    c.stroke("M260 192 C338 182 338 288 254 284", c.cylinder(t.main), 22)
    c.path("M100 162 H274 V284 Q274 330 230 330 H144 Q100 330 100 284 Z", c.cylinder(t.main))
    c.ellipse(187, 162, 87, 19, lighter(t.main, 0.3))
    c.ellipse(187, 164, 77, 14, "#5a3825")
    c.path("M140 168 q18 -12 40 -3 q26 9 46 -3 q-10 14 -40 13 q-34 -1 -46 -7 Z", "#c99b6d")
    c.rect(100, 272, 174, 12, 0, t.accent, opacity=0.75)
    for x in (156, 190, 222):
        c.stroke(f"M{x} 132 q-12 -16 0 -30 t0 -30", "#ffffff", 6, opacity=0.55)


MOTIFS = {
    "gooseneck_kettle": gooseneck_kettle,
    "kettle": kettle,
    "rice_cooker": rice_cooker,
    "blender": blender,
    "air_fryer": air_fryer,
    "toaster": toaster,
    "coffee_machine": coffee_machine,
    "frying_pan": frying_pan,
    "stock_pot": stock_pot,
    "mug": mug,
}
