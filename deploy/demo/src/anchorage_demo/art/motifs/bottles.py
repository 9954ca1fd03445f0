"""Bottles, jars and cans of drink."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.art.motifs.tint import GOLD, INK, PAPER, STEEL, WOOD, Tint


def _label(c: Canvas, x: float, y: float, width: float, height: float, accent: str) -> None:
    middle = x + width / 2
    c.rect(x, y, width, height, 2, c.cylinder(PAPER))
    c.circle(middle, y + height * 0.3, height * 0.16, "none", stroke=accent, stroke_width=3)
    c.path(
        f"M{middle - height * 0.1:g} {y + height * 0.36:g} L{middle:g} {y + height * 0.2:g} L{middle + height * 0.1:g} {y + height * 0.36:g} Z",
        accent,
    )
    c.rect(x + width * 0.18, y + height * 0.56, width * 0.64, 5, 2, INK, opacity=0.8)
    c.rect(x + width * 0.28, y + height * 0.68, width * 0.44, 3, 1, INK, opacity=0.5)
    c.rect(x, y + height * 0.86, width, 5, 0, accent)


def bordeaux_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 352, 66)
    c.path(
        "M184 44 H216 V126 C216 142 248 148 248 176 V332 Q248 350 230 350 H170 Q152 350 152 332 V176 C152 148 184 142 184 126 Z",
        c.cylinder(t.main),
    )
    c.path("M181 40 Q181 34 187 34 H213 Q219 34 219 40 V104 H181 Z", c.cylinder(t.accent))
    _label(c, 152, 204, 96, 108, t.accent)
    c.rect(164, 168, 6, 34, 3, "#ffffff", opacity=0.4)


def burgundy_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 352, 74)
    c.path(
        "M186 46 H214 V112 C216 160 258 176 258 224 V332 Q258 350 240 350 H160 Q142 350 142 332 V224 C142 176 184 160 186 112 Z",
        c.cylinder(t.main),
    )
    c.path("M183 42 Q183 36 188 36 H212 Q217 36 217 42 V92 H183 Z", c.cylinder(t.accent))
    _label(c, 142, 226, 116, 92, t.accent)
    c.path(
        "M168 184 Q158 200 156 218",
        "none",
        stroke="#ffffff",
        stroke_width=6,
        stroke_linecap="round",
        opacity=0.45,
    )


def champagne_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 352, 78)
    c.path(
        "M184 60 H216 V118 C220 166 264 184 264 234 V330 Q264 350 244 350 H156 Q136 350 136 330 V234 C136 184 180 166 184 118 Z",
        c.cylinder(t.main),
    )
    c.path(
        "M180 58 Q176 32 200 32 Q224 32 220 58 V116 Q222 136 232 152 H168 Q178 136 180 116 Z",
        c.cylinder(GOLD),
    )
    c.stroke("M180 62 H220 M178 84 Q200 92 222 84", darker(GOLD, 0.35), 3)
    c.path("M136 248 Q200 262 264 248 V318 Q200 330 136 318 Z", c.cylinder(PAPER))
    c.circle(200, 278, 17, t.accent)
    c.rect(168, 302, 64, 4, 2, INK, opacity=0.7)
    for x, y, r in ((286, 150, 8), (304, 112, 5), (104, 130, 6), (84, 178, 9), (296, 70, 10), (116, 78, 4)):
        c.circle(x, y, r, "#ffffff", opacity=0.6)


def flute_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 354, 58)
    c.path(
        "M188 32 H212 C212 118 242 150 242 214 V334 Q242 352 226 352 H174 Q158 352 158 334 V214 C158 150 188 118 188 32 Z",
        c.cylinder(t.main),
    )
    c.path("M185 28 Q185 22 190 22 H210 Q215 22 215 28 V88 H185 Z", c.cylinder(t.accent))
    _label(c, 158, 222, 84, 96, t.accent)
    c.path(
        "M180 150 Q170 178 168 208",
        "none",
        stroke="#ffffff",
        stroke_width=5,
        stroke_linecap="round",
        opacity=0.5,
    )


def whisky_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(186, 348, 90)
    c.rect(154, 52, 52, 40, 6, c.cylinder(WOOD))
    c.rect(162, 90, 36, 46, 2, c.glass())
    c.path(
        "M158 132 H202 Q256 142 256 180 V324 Q256 346 234 346 H126 Q104 346 104 324 V180 Q104 142 158 132 Z",
        c.glass("#cfd8d6"),
    )
    c.path("M110 180 H250 V322 Q250 340 232 340 H128 Q110 340 110 322 Z", c.cylinder(t.main), opacity=0.92)
    _label(c, 122, 212, 116, 98, t.accent)
    c.path("M282 262 H352 L346 344 H288 Z", c.glass())
    c.path("M285 300 H349 L346 344 H288 Z", t.main, opacity=0.85)
    c.rect(298, 282, 34, 30, 5, "#ffffff", opacity=0.55, transform="rotate(14 315 297)")


def sake_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(196, 350, 100)
    c.rect(166, 38, 40, 34, 6, c.cylinder(INK))
    c.path(
        "M170 70 H202 V122 C204 148 238 156 238 192 V330 Q238 348 220 348 H152 Q134 348 134 330 V192 C134 156 168 148 170 122 Z",
        c.cylinder(t.main),
    )
    c.rect(150, 196, 72, 126, 2, PAPER)
    c.stroke(
        "M186 212 V232 M170 222 H202 M174 244 H198 M186 244 V266 M172 280 Q186 268 200 280 M176 296 H196",
        INK,
        5,
    )
    c.rect(208, 300, 11, 14, 2, t.accent)
    c.path("M262 300 H326 Q326 346 306 348 H282 Q262 346 262 300 Z", c.cylinder(PAPER))
    c.ellipse(294, 300, 32, 8, lighter("#d9ecf2", 0.4))


def clay_jar(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 116)
    c.path(
        "M152 104 H248 Q240 136 270 158 Q316 196 310 262 Q304 344 256 346 H144 Q96 344 90 262 Q84 196 130 158 Q160 136 152 104 Z",
        c.ball(t.main),
    )
    c.path("M138 96 Q136 54 200 52 Q264 54 262 96 Q236 116 200 116 Q164 116 138 96 Z", c.ball("#b5382f"))
    c.stroke("M142 104 Q200 128 258 104", GOLD, 7)
    c.path("M200 178 L268 246 L200 314 L132 246 Z", "#b5382f")
    c.path("M200 190 L256 246 L200 302 L144 246 Z", "none", stroke=GOLD, stroke_width=3)
    c.stroke("M200 214 V278 M176 230 H224 M180 252 H220 M186 274 H214", lighter(GOLD, 0.3), 6)
    c.ellipse(132, 214, 9, 32, "#ffffff", opacity=0.25, transform="rotate(16 132 214)")


def can(c: Canvas, t: Tint) -> None:
    c.shadow(206, 344, 108)
    for x, y, colour in ((212, 96, t.accent), (116, 120, t.main)):
        c.path(
            f"M{x + 10} {y} H{x + 90} L{x + 100} {y + 18} V{y + 198} L{x + 88} {y + 218} H{x + 12} L{x} {y + 198} V{y + 18} Z",
            c.cylinder(STEEL),
        )
        c.rect(x, y + 18, 100, 182, 2, c.cylinder(colour))
        c.ellipse(x + 50, y, 40, 8, c.cylinder(lighter(STEEL, 0.3)))
        c.ellipse(x + 50, y, 14, 3.5, "#7d848c")
        c.circle(x + 50, y + 96, 31, PAPER, opacity=0.95)
        c.circle(x + 43, y + 99, 13, c.ball(colour))
        c.circle(x + 60, y + 103, 10, c.ball(darker(colour, 0.15)))
        c.stroke(f"M{x + 44} {y + 88} Q{x + 50} {y + 76} {x + 62} {y + 76}", "#5f8a4d", 4)
        c.rect(x + 24, y + 150, 52, 7, 3, PAPER, opacity=0.9)


def fruit_wine(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 96)
    c.rect(172, 58, 56, 40, 5, c.cylinder(WOOD))
    c.path(
        "M176 96 H224 V120 Q286 142 286 216 V314 Q286 344 256 344 H144 Q114 344 114 314 V216 Q114 142 176 120 Z",
        c.glass(lighter(t.main, 0.4)),
    )
    c.path(
        "M120 200 Q200 188 280 200 V312 Q280 338 254 338 H146 Q120 338 120 312 Z",
        c.cylinder(t.main),
        opacity=0.8,
    )
    for x, y, r in ((150, 314, 20), (192, 318, 18), (234, 312, 21), (168, 288, 15), (250, 288, 12)):
        c.circle(x, y, r, c.ball(darker(t.main, 0.22)))
    c.rect(158, 196, 84, 72, 36, PAPER, opacity=0.95)
    c.path("M200 214 C216 224 216 244 200 252 C184 244 184 224 200 214 Z", t.accent)
    c.stroke("M172 108 H228", "#a67c46", 7)


MOTIFS = {
    "bordeaux_bottle": bordeaux_bottle,
    "burgundy_bottle": burgundy_bottle,
    "champagne_bottle": champagne_bottle,
    "flute_bottle": flute_bottle,
    "whisky_bottle": whisky_bottle,
    "sake_bottle": sake_bottle,
    "clay_jar": clay_jar,
    "can": can,
    "fruit_wine": fruit_wine,
}
