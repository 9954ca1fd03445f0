"""Things that look after a home, and things that make it soft."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import contrasting, darker, lighter
from anchorage_demo.art.motifs.tint import INK, PAPER, STEEL, WOOD, Tint


def robot_vacuum(c: Canvas, t: Tint) -> None:
    c.shadow(200, 300, 168, 40)
    c.path(
        "M48 240 V262 C48 306 118 334 200 334 C282 334 352 306 352 262 V240 Z",
        c.cylinder(darker(t.main, 0.18)),
    )
    c.ellipse(200, 238, 152, 88, c.sheen(t.main))
    c.ellipse(200, 238, 132, 75, "none", stroke=darker(t.main, 0.18), stroke_width=3)
    c.path("M152 206 V184 Q152 166 200 166 Q248 166 248 184 V206 Z", c.cylinder(INK))
    c.ellipse(200, 206, 48, 20, c.cylinder("#3d4047"))
    for x in (178, 222):
        c.ellipse(x, 276, 11, 7, c.ball(t.accent if x < 200 else STEEL))
    c.stroke("M92 306 Q200 346 308 306", INK, 7, opacity=0.5)


def air_purifier(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 100)
    c.rect(112, 68, 176, 262, 34, c.cylinder(t.main))
    rows = "".join(f"M{130 + x * 12} {170 + y * 12}h.1" for x in range(13) for y in range(12))
    c.stroke(rows, contrasting(t.main, 0.4), 5.4, opacity=0.5)
    c.ellipse(200, 86, 70, 15, INK)
    for i in range(5):
        c.stroke(f"M{156 + i * 22} 80 V92", "#555a62", 4)
    c.circle(200, 130, 23, INK)
    c.circle(200, 130, 23, "none", stroke=t.accent, stroke_width=4)
    c.stroke("M192 136 Q200 116 208 136", "#ffffff", 3)


def humidifier(c: Canvas, t: Tint) -> None:
    for x, y, r in ((200, 66, 42), (168, 40, 30), (240, 34, 34)):
        c.circle(x, y, r, c.glow("#ffffff", 0.85))
    c.shadow(200, 330, 100)
    c.path(
        "M200 96 C214 142 292 182 292 252 C292 300 254 330 200 330 C146 330 108 300 108 252 C108 182 186 142 200 96 Z",
        c.ball(t.main),
    )
    c.path(
        "M114 262 Q156 244 200 262 T286 262 C282 304 248 330 200 330 C152 330 118 304 114 262 Z",
        t.accent,
        opacity=0.35,
    )
    c.circle(200, 292, 12, c.ball(STEEL))
    c.path(
        "M150 196 Q128 226 134 256",
        "none",
        stroke="#ffffff",
        stroke_width=9,
        stroke_linecap="round",
        opacity=0.6,
    )


def fan(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 84)
    c.ellipse(200, 324, 66, 12, c.cylinder(t.main))
    c.rect(190, 236, 20, 88, 6, c.cylinder(t.main))
    c.circle(200, 154, 112, lighter(t.main, 0.3), opacity=0.5)
    for angle in range(0, 360, 72):
        with c.moved(f"rotate({angle} 200 154)"):
            c.path(
                "M200 154 C172 122 176 70 214 60 C252 66 240 124 200 154 Z",
                c.sheen(lighter(t.accent, 0.35)),
                opacity=0.85,
            )
    for angle in range(0, 180, 15):
        with c.moved(f"rotate({angle} 200 154)"):
            c.stroke("M88 154 H312", darker(t.main, 0.25), 1.6, opacity=0.6)
    c.circle(200, 154, 112, "none", stroke=t.main, stroke_width=11)
    c.circle(200, 154, 112, "none", stroke=darker(t.main, 0.25), stroke_width=2)
    c.circle(200, 154, 25, c.ball(t.main))


def sensor(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 112)
    c.rect(92, 116, 216, 212, 44, c.sheen(t.main))
    c.rect(114, 138, 172, 150, 22, "#e7ebe4")
    c.stroke("M150 172 V226 M176 172 H200 V198 H176 V226 H202", INK, 9)
    c.circle(222, 176, 6, "none", stroke=INK, stroke_width=3.5)
    c.rect(140, 250, 60, 11, 5, INK, opacity=0.6)
    c.path("M246 214 q-16 22 0 34 q16 -12 0 -34 Z", t.accent)
    c.circle(200, 308, 6, t.accent)


def smart_lock(c: Canvas, t: Tint) -> None:
    c.rect(40, 40, 320, 320, 8, c.sheen(WOOD))
    for x in (110, 190, 270):
        c.stroke(f"M{x} 44 Q{x + 14} 200 {x} 356", darker(WOOD, 0.2), 2, opacity=0.5)
    c.rect(136, 62, 104, 280, 30, "#1d1712", opacity=0.25)
    c.rect(130, 54, 104, 280, 30, c.cylinder(t.main))
    c.rect(142, 68, 80, 128, 18, INK)
    for row in range(4):
        for column in range(3):
            c.circle(160 + column * 22, 88 + row * 28, 5, lighter(t.accent, 0.4))
    c.circle(182, 232, 21, c.ball(STEEL))
    for r in (5, 10, 15):
        c.circle(182, 232, r, "none", stroke=darker(STEEL, 0.4), stroke_width=1.6)
    c.rect(168, 270, 154, 28, 14, c.fade(lighter(t.main, 0.3), darker(t.main, 0.2)))


def camera(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 88)
    c.ellipse(200, 320, 66, 13, c.cylinder(t.main))
    c.path("M178 240 H222 L234 318 H166 Z", c.cylinder(t.main))
    c.circle(200, 164, 96, c.ball(t.main))
    c.circle(200, 164, 66, INK)
    c.circle(200, 164, 42, c.ball("#33415f"))
    c.circle(200, 164, 20, "#10141d")
    c.circle(186, 150, 9, "#ffffff", opacity=0.8)
    c.circle(200, 244, 4, t.accent)


def socket(c: Canvas, t: Tint) -> None:
    c.shadow(200, 322, 150)
    c.rect(56, 176, 288, 144, 28, c.sheen(t.main))
    c.rect(66, 186, 268, 124, 20, lighter(t.main, 0.25))
    for x in (118, 200):
        c.circle(x, 248, 33, c.ball(darker(t.main, 0.05)))
        c.stroke(f"M{x - 10} 238 V258 M{x + 10} 238 V258", INK, 5)
    c.rect(256, 214, 54, 15, 5, INK)
    c.rect(256, 242, 54, 15, 5, INK)
    c.rect(262, 272, 42, 15, 7, t.accent)
    c.stroke("M56 250 C-10 250 40 120 -10 96", darker(t.main, 0.2), 11)


def pillow(c: Canvas, t: Tint) -> None:
    c.shadow(200, 318, 160)
    c.path(
        "M60 176 Q50 148 78 154 Q200 128 322 154 Q350 148 340 176 Q352 238 340 296 Q350 326 322 318 Q200 336 78 318 Q50 326 60 296 Q48 238 60 176 Z",
        c.sheen(t.main),
    )
    for curve in (
        "M88 172 Q140 196 150 230",
        "M312 172 Q262 198 252 226",
        "M92 300 Q136 282 146 258",
        "M308 300 Q266 284 256 262",
    ):
        c.stroke(curve, darker(t.main, 0.2), 4, opacity=0.5)
    c.path("M78 160 Q200 136 322 160", "none", stroke="#ffffff", stroke_width=5, opacity=0.6)
    c.rect(288, 252, 28, 38, 4, t.accent)


def towels(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 150)
    for i, colour in enumerate((darker(t.main, 0.12), lighter(t.main, 0.2), t.main)):
        y = 268 - i * 60
        c.rect(70 + i * 6, y, 260 - i * 12, 60, 28, c.fade(lighter(colour, 0.2), darker(colour, 0.12)))
        c.stroke(f"M{100 + i * 6} {y + 30} H{318 - i * 6}", darker(colour, 0.25), 3, opacity=0.6)
        c.rect(276, y + 4, 13, 52, 3, t.accent, opacity=0.7)
    c.stroke("M250 140 C248 100 262 84 288 74", "#7c9a6c", 4)
    for x, y in ((262, 110), (272, 92), (290, 78), (250, 122)):
        c.ellipse(x, y, 13, 7, "#8cab7a")


def quilt(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 162)
    for i, colour in enumerate((t.main, lighter(t.main, 0.3), t.main)):
        y = 262 - i * 52
        c.path(
            f"M64 {y + 34} Q56 {y} 96 {y} H308 Q344 {y} 340 {y + 34} Q344 {y + 68} 308 {y + 66} H96 Q56 {y + 68} 64 {y + 34} Z",
            c.fade(lighter(colour, 0.25), darker(colour, 0.14)),
        )
        for x in range(104, 320, 36):
            c.stroke(f"M{x} {y + 4} Q{x + 9} {y + 32} {x} {y + 62}", darker(colour, 0.2), 2, opacity=0.45)
    c.rect(184, 154, 32, 176, 3, t.accent, opacity=0.8)
    c.path("M200 158 C160 120 130 140 150 158 Z M200 158 C240 120 270 140 250 158 Z", t.accent)


def storage_box(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 150)
    c.path("M76 186 H324 L312 320 Q311 330 300 330 H100 Q89 330 88 320 Z", c.sheen(t.main))
    c.path("M60 158 H340 V178 Q340 190 328 190 H72 Q60 190 60 178 Z", c.fade(lighter(t.main, 0.35), t.main))
    c.rect(156, 226, 88, 34, 17, darker(t.main, 0.3))
    c.rect(164, 232, 72, 22, 11, darker(t.main, 0.6))
    c.rect(176, 280, 48, 26, 4, PAPER)
    for x in (74, 304):
        c.rect(x, 180, 22, 36, 6, c.cylinder(t.accent))


def slippers(c: Canvas, t: Tint) -> None:
    for x, lean in ((136, -10), (262, 10)):
        c.shadow(x, 322, 66, 22)
        with c.moved(f"rotate({lean} {x} 230)"):
            c.path(
                f"M{x} 96 C{x + 66} 96 {x + 54} 190 {x + 44} 230 C{x + 52} 300 {x + 34} 330 {x} 330 C{x - 34} 330 {x - 52} 300 {x - 44} 230 C{x - 54} 190 {x - 66} 96 {x} 96 Z",
                c.sheen(lighter(t.main, 0.35)),
            )
            c.path(
                f"M{x - 52} 138 C{x - 40} 84 {x + 40} 84 {x + 52} 138 C{x + 56} 182 {x + 46} 212 {x + 44} 226 Q{x} 186 {x - 44} 226 C{x - 46} 212 {x - 56} 182 {x - 52} 138 Z",
                c.ball(t.main),
            )
            c.circle(x, 152, 9, t.accent)


def massager(c: Canvas, t: Tint) -> None:
    c.shadow(210, 332, 100)
    with c.moved("rotate(-8 200 200)"):
        c.rect(226, 160, 64, 168, 30, c.cylinder(INK))
        c.rect(120, 100, 178, 88, 40, c.fade(lighter(t.main, 0.3), darker(t.main, 0.15)))
        c.rect(92, 122, 36, 44, 8, c.cylinder(STEEL))
        c.circle(74, 144, 31, c.ball(darker(t.accent, 0.1)))
        c.circle(262, 144, 25, INK)
        c.stroke("M250 150 A14 14 0 0 1 274 150", t.accent, 4)
        for y in (222, 244, 266):
            c.rect(244, y, 28, 6, 3, "#5b6068")


MOTIFS = {
    "robot_vacuum": robot_vacuum,
    "air_purifier": air_purifier,
    "humidifier": humidifier,
    "fan": fan,
    "sensor": sensor,
    "smart_lock": smart_lock,
    "camera": camera,
    "socket": socket,
    "pillow": pillow,
    "towels": towels,
    "quilt": quilt,
    "storage_box": storage_box,
    "slippers": slippers,
    "massager": massager,
}
