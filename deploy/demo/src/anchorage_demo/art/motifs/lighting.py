"""Lamps."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.art.motifs.tint import INK, STEEL, WOOD, Tint

LIGHT = "#ffe6a8"


def desk_lamp(c: Canvas, t: Tint) -> None:
    c.path("M92 158 L190 158 L258 326 H40 Z", c.fade(LIGHT, LIGHT, 0.75, 0))
    c.shadow(250, 330, 96)
    c.ellipse(252, 322, 70, 14, c.cylinder(t.main))
    c.stroke("M252 316 L296 214 L196 108", darker(t.main, 0.15), 12)
    c.stroke("M250 314 L294 214 L196 110", lighter(t.main, 0.2), 4)
    for x, y in ((296, 214), (196, 108)):
        c.circle(x, y, 13, c.ball(STEEL))
    c.path("M196 100 C160 92 104 112 84 158 H198 C204 138 206 114 196 100 Z", c.sheen(t.main))
    c.ellipse(141, 158, 57, 9, LIGHT)
    c.circle(252, 320, 6, t.accent)


def mushroom_lamp(c: Canvas, t: Tint) -> None:
    c.circle(200, 200, 180, c.glow(LIGHT, 0.75))
    c.shadow(200, 330, 100)
    c.ellipse(200, 320, 66, 13, c.cylinder(t.main))
    c.path("M180 200 H220 L232 318 H168 Z", c.cylinder(t.main))
    c.path(
        "M80 204 C80 116 140 92 200 92 C260 92 320 116 320 204 Q260 222 200 222 Q140 222 80 204 Z",
        c.ball(lighter(t.main, 0.25)),
    )
    c.path("M80 204 Q140 186 200 186 Q260 186 320 204 Q260 222 200 222 Q140 222 80 204 Z", LIGHT)


def floor_lamp(c: Canvas, t: Tint) -> None:
    c.circle(140, 150, 130, c.glow(LIGHT, 0.8))
    c.shadow(258, 334, 80)
    c.ellipse(258, 330, 56, 10, c.cylinder(INK))
    c.stroke("M258 326 V138 C258 44 146 44 140 112", c.cylinder(STEEL), 7)
    c.path("M112 112 H168 L196 178 H84 Z", c.cylinder(t.main))
    c.ellipse(140, 178, 56, 8, LIGHT)
    c.ellipse(140, 112, 28, 4, darker(t.main, 0.2))


def pendant_lamp(c: Canvas, t: Tint) -> None:
    c.path("M92 222 H308 L372 400 H28 Z", c.fade(LIGHT, LIGHT, 0.7, 0))
    c.stroke("M200 0 V94", INK, 4)
    c.rect(184, 90, 32, 26, 6, c.cylinder(t.accent))
    c.path("M200 108 C284 112 318 166 320 224 H80 C82 166 116 112 200 108 Z", c.ball(t.main))
    c.ellipse(200, 224, 120, 15, darker(t.main, 0.25))
    c.ellipse(200, 226, 100, 11, LIGHT)
    c.circle(200, 232, 20, c.ball("#fff6dd"))


def ceiling_lamp(c: Canvas, t: Tint) -> None:
    c.circle(200, 210, 200, c.glow(LIGHT, 0.6))
    c.ellipse(200, 214, 152, 134, c.glow("#2b2118", 0.35))
    c.circle(200, 200, 132, c.sheen(t.main))
    c.circle(200, 200, 114, c.ball("#fff3d2"))
    c.circle(200, 200, 82, c.ball("#fffaf0"))
    c.circle(200, 200, 13, c.ball(t.accent))


def lantern(c: Canvas, t: Tint) -> None:
    c.circle(200, 214, 170, c.glow(LIGHT, 0.75))
    c.shadow(200, 330, 92)
    c.stroke("M132 128 C132 40 268 40 268 128", c.cylinder(STEEL), 7)
    c.path("M148 116 H252 L274 146 H126 Z", c.cylinder(t.main))
    c.rect(136, 146, 128, 132, 14, c.glass(LIGHT))
    c.rect(170, 160, 60, 104, 26, c.ball("#fff1c4"))
    for x in (140, 196, 252):
        c.rect(x, 146, 8, 132, 3, c.cylinder(darker(t.main, 0.2)))
    c.path("M126 278 H274 L286 322 Q286 330 276 330 H124 Q114 330 114 322 Z", c.cylinder(t.main))
    c.circle(200, 304, 13, c.ball(t.accent))


def light_bar(c: Canvas, t: Tint) -> None:
    c.path("M58 128 H342 L300 300 H100 Z", c.fade(LIGHT, LIGHT, 0.65, 0))
    c.shadow(200, 334, 112)
    c.rect(186, 268, 28, 54, 4, c.cylinder(STEEL))
    c.rect(132, 316, 136, 14, 6, c.cylinder(STEEL))
    c.rect(62, 132, 276, 152, 10, INK)
    c.rect(70, 140, 260, 136, 5, c.sheen(darker(t.accent, 0.4)))
    for y, w in ((168, 120), (190, 170), (212, 90)):
        c.rect(92, y, w, 9, 4, "#ffffff", opacity=0.3)
    c.rect(176, 108, 48, 34, 8, c.cylinder(darker(t.main, 0.2)))
    c.rect(50, 96, 300, 24, 12, c.fade(lighter(t.main, 0.2), darker(t.main, 0.12)))
    c.rect(62, 116, 276, 5, 2, LIGHT)


def string_lights(c: Canvas, t: Tint) -> None:
    for row, (y, dip) in enumerate(((90, 70), (190, 80), (290, 60))):
        c.stroke(f"M0 {y} Q200 {y + dip * 2} 400 {y}", darker(t.main, 0.2), 4)
        for i in range(6):
            share = (i + 0.5 + 0.25 * (row % 2)) / 6.3
            x, drop = share * 400, y + dip * 4 * share * (1 - share)
            c.circle(x, drop + 24, 40, c.glow(LIGHT, 0.8))
            c.rect(x - 6, drop - 2, 12, 13, 3, c.cylinder(WOOD))
            c.circle(x, drop + 24, 15, c.ball("#fff0c2"))


def night_light(c: Canvas, t: Tint) -> None:
    c.circle(200, 210, 185, c.glow(LIGHT, 0.8))
    c.shadow(200, 330, 90)
    c.path(
        "M200 96 C268 96 296 154 296 224 C296 296 256 330 200 330 C144 330 104 296 104 224 C104 154 132 96 200 96 Z",
        c.ball(lighter(t.main, 0.2)),
    )
    for x, lean in ((152, -18), (248, 18)):
        c.path(
            f"M{x - 16} 128 Q{x + lean - 8} 44 {x + lean + 10} 54 Q{x + lean + 34} 74 {x + 22} 132 Z",
            c.ball(lighter(t.main, 0.2)),
        )
    for x in (168, 232):
        c.circle(x, 210, 8, INK)
    c.stroke("M188 232 Q200 244 212 232", INK, 5)
    for x in (144, 256):
        c.ellipse(x, 232, 15, 9, "#f29a8e", opacity=0.6)


MOTIFS = {
    "desk_lamp": desk_lamp,
    "mushroom_lamp": mushroom_lamp,
    "floor_lamp": floor_lamp,
    "pendant_lamp": pendant_lamp,
    "ceiling_lamp": ceiling_lamp,
    "lantern": lantern,
    "light_bar": light_bar,
    "string_lights": string_lights,
    "night_light": night_light,
}
