"""Things for children, for pets and for the desk."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.art.motifs.tint import INK, PAPER, STEEL, WOOD, Tint


def blocks(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 150)
    for x, y, colour in (
        (74, 240, t.main),
        (164, 240, "#e9b949"),
        (254, 240, t.accent),
        (118, 150, "#7fb4a2"),
    ):
        c.rect(x, y, 88, 88, 10, c.sheen(colour))
        c.rect(x + 12, y + 12, 64, 64, 6, "none", stroke="#ffffff", stroke_width=3, opacity=0.6)
    c.circle(118, 284, 17, PAPER, opacity=0.9)
    c.path("M208 302 L190 302 L208 266 L226 302 Z", PAPER, opacity=0.9)
    c.rect(282, 268, 32, 32, 4, PAPER, opacity=0.9)
    c.path("M162 176 l6 13 14 1 -11 9 4 14 -13 -8 -13 8 4 -14 -11 -9 14 -1 Z", PAPER, opacity=0.95)
    c.path(
        "M206 148 H292 L249 78 Z",
        c.sheen(lighter(t.main, 0.1)),
        transform="translate(0 92) scale(1 .98) translate(0 -2)",
    )


def teddy(c: Canvas, t: Tint) -> None:
    c.shadow(200, 338, 118)
    for x in (132, 268):
        c.ellipse(x, 316, 40, 25, c.ball(darker(t.main, 0.08)))
        c.ellipse(x, 318, 20, 13, lighter(t.main, 0.45))
        c.ellipse(
            x - 14 if x < 200 else x + 14,
            238,
            25,
            46,
            c.ball(t.main),
            transform=f"rotate({24 if x < 200 else -24} {x} 238)",
        )
        c.circle(x + (8 if x < 200 else -8), 84, 31, c.ball(t.main))
        c.circle(x + (8 if x < 200 else -8), 86, 17, lighter(t.main, 0.45))
    c.ellipse(200, 256, 78, 76, c.ball(t.main))
    c.ellipse(200, 266, 48, 50, lighter(t.main, 0.45))
    c.ellipse(200, 142, 82, 72, c.ball(t.main))
    c.ellipse(200, 166, 36, 28, lighter(t.main, 0.5))
    c.ellipse(200, 154, 12, 9, INK)
    c.stroke("M200 162 V174 M188 178 Q200 186 212 178", INK, 3)
    for x in (164, 236):
        c.circle(x, 132, 8, INK)
        c.circle(x + 3, 129, 2.5, "#ffffff")
    c.path("M200 210 L160 194 V230 Z M200 210 L240 194 V230 Z", t.accent)


def baby_bottle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 74)
    c.path("M184 78 Q184 40 200 40 Q216 40 216 78 Q240 84 240 104 H160 Q160 84 184 78 Z", c.ball("#f0c9a0"))
    c.rect(150, 102, 100, 36, 9, c.cylinder(t.main))
    c.path(
        "M156 138 H244 C262 176 232 200 256 244 C268 290 256 332 226 332 H174 C144 332 132 290 144 244 C168 200 138 176 156 138 Z",
        c.glass("#dbe8ee"),
    )
    c.path(
        "M146 240 Q200 232 254 240 C268 290 256 332 226 332 H174 C144 332 132 290 146 240 Z",
        "#fffaf0",
        opacity=0.95,
    )
    for y in (254, 272, 290, 308):
        c.rect(214, y, 24 if y % 36 else 32, 4, 2, t.accent)
    c.path("M172 268 C160 256 146 276 172 294 C198 276 184 256 172 268 Z", t.main)


def stroller(c: Canvas, t: Tint) -> None:
    c.shadow(200, 338, 160)
    c.stroke("M330 96 L282 146 L152 304 M146 232 L262 304", c.cylinder(STEEL), 10)
    c.rect(310, 80, 48, 17, 8, INK, transform="rotate(-40 334 88)")
    c.path("M84 172 H286 Q284 250 206 252 H158 Q88 248 84 172 Z", c.sheen(t.main))
    c.path("M84 172 C84 98 132 68 186 68 L186 172 Z", c.sheen(darker(t.main, 0.14)))
    c.stroke("M186 70 Q130 100 124 172", lighter(t.main, 0.35), 3)
    c.rect(80, 164, 212, 15, 7, t.accent)
    for x in (142, 270):
        c.circle(x, 306, 29, INK)
        c.circle(x, 306, 19, STEEL)
        c.circle(x, 306, 7, INK)


def train(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 170)
    c.rect(40, 312, 320, 9, 4, c.sheen(darker(WOOD, 0.2)))
    c.rect(226, 142, 110, 142, 12, c.sheen(t.main))
    c.rect(248, 164, 64, 50, 8, "#dff0f4")
    c.rect(214, 122, 134, 28, 12, c.sheen(t.accent))
    c.rect(76, 196, 158, 88, 26, c.fade(lighter("#e9b949", 0.3), darker("#e9b949", 0.1)))
    c.path("M100 196 L92 128 H140 L132 196 Z", c.cylinder(t.accent))
    for x, y, r in ((122, 96, 20), (150, 70, 26), (190, 50, 20)):
        c.circle(x, y, r, "#ffffff", opacity=0.8)
    c.rect(62, 266, 280, 26, 8, c.sheen(WOOD))
    for x, r in ((104, 25), (172, 25), (284, 33)):
        c.circle(x, 318 - r, r, c.ball(t.main))
        c.circle(x, 318 - r, r * 0.4, PAPER)


def puzzle(c: Canvas, t: Tint) -> None:
    c.shadow(200, 344, 130)
    piece = "M0 0 H36 C26 -26 74 -26 64 0 H100 V36 C126 26 126 74 100 64 V100 H0 Z"
    for x, y, lean, colour in (
        (92, 120, 0, t.main),
        (206, 120, 90, t.accent),
        (206, 234, 180, lighter(t.main, 0.35)),
        (92, 234, 270, "#e9b949"),
    ):
        with c.moved(f"translate({x} {y}) rotate({lean} 50 50)"):
            c.path(piece, c.sheen(colour), stroke="#ffffff", stroke_width=3)


def pet_bowl(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 146)
    c.path("M88 224 H312 L346 314 Q348 330 332 330 H68 Q52 330 54 314 Z", c.cylinder(t.main))
    c.ellipse(200, 224, 112, 27, c.cylinder(STEEL))
    for i in range(15):
        x, y = 116 + (i * 47) % 170, 206 + (i * 29) % 22
        c.ellipse(x, y, 17, 12, c.ball(("#a9713f", "#c08a52", "#8d5a33")[i % 3]))
    c.circle(200, 290, 15, PAPER)
    for x, y in ((182, 274), (194, 266), (207, 266), (219, 274)):
        c.circle(x, y, 6, PAPER)


def cat_tree(c: Canvas, t: Tint) -> None:
    c.shadow(200, 346, 140)
    for x, top in ((130, 140), (272, 196)):
        c.rect(x - 15, top, 30, 326 - top, 4, c.cylinder("#d9bd90"))
        for y in range(top + 12, 326, 12):
            c.stroke(f"M{x - 15} {y} L{x + 15} {y - 5}", "#b8945f", 2)
    c.rect(60, 322, 280, 22, 9, c.sheen(WOOD))
    c.rect(72, 124, 118, 26, 13, c.sheen(t.main))
    c.path("M208 196 V160 Q208 104 272 104 Q336 104 336 160 V196 Z", c.ball(t.main))
    c.circle(272, 158, 27, darker(t.main, 0.65))
    c.path("M92 124 C88 78 102 64 108 50 L120 64 H138 L150 50 C158 70 164 96 158 124 Z", INK)
    c.circle(118, 82, 4, "#f0d060")
    c.circle(138, 82, 4, "#f0d060")
    c.stroke("M158 118 Q196 112 190 166", INK, 9)
    c.stroke("M236 196 V246", PAPER, 2)
    c.circle(236, 254, 11, c.ball(t.accent))


def fountain(c: Canvas, t: Tint) -> None:
    c.shadow(200, 332, 120)
    c.path("M90 200 H310 V290 Q310 330 268 330 H132 Q90 330 90 290 Z", c.cylinder(t.main))
    c.ellipse(200, 200, 110, 28, darker(t.main, 0.12))
    c.ellipse(200, 200, 96, 22, "#a8d8ea")
    c.rect(188, 136, 24, 62, 10, c.cylinder(STEEL))
    for side in (-1, 1):
        c.stroke(
            f"M200 134 C{200 + side * 20} 96 {200 + side * 66} 130 {200 + side * 70} 192",
            "#c9ecf7",
            9,
            opacity=0.9,
        )
    c.ellipse(200, 132, 17, 8, "#e8f8fd")
    c.circle(200, 280, 8, t.accent)


def litter_box(c: Canvas, t: Tint) -> None:
    c.shadow(200, 334, 146)
    c.path("M72 214 C72 120 132 86 200 86 C268 86 328 120 328 214 Z", c.ball(lighter(t.main, 0.15)))
    c.path("M68 210 H332 L322 310 Q320 330 298 330 H102 Q80 330 78 310 Z", c.cylinder(t.main))
    c.circle(200, 204, 68, c.ball(darker(t.main, 0.15)))
    c.circle(200, 204, 56, darker(t.main, 0.7))
    c.path("M150 228 Q200 214 250 228 A56 56 0 0 1 150 228 Z", "#d9c7a6")
    c.rect(284, 270, 22, 22, 11, t.accent)


def book(c: Canvas, t: Tint) -> None:
    c.shadow(206, 340, 124)
    with c.moved("rotate(-5 200 200)"):
        c.rect(122, 70, 178, 258, 4, c.sheen(darker(t.main, 0.4)))
        c.rect(126, 74, 168, 246, 2, PAPER)
        for x in (286, 289, 292):
            c.stroke(f"M{x} 78 V318", "#d8d2c4", 1)
        c.path("M110 62 H276 Q284 62 284 70 V312 H110 Z", c.sheen(t.main))
        c.rect(110, 62, 20, 250, 2, darker(t.main, 0.3), opacity=0.7)
        c.rect(152, 140, 112, 118, 4, lighter(t.main, 0.55))
        c.circle(232, 172, 15, t.accent)
        c.path("M152 222 L184 176 L206 206 L226 188 L264 226 V258 H152 Z", darker(t.main, 0.25))
        c.stroke("M164 240 H204 M216 246 H250", lighter(t.main, 0.5), 3)
        c.rect(152, 92, 112, 13, 3, PAPER, opacity=0.95)
        c.rect(172, 114, 72, 8, 3, PAPER, opacity=0.7)
        c.rect(176, 282, 64, 7, 3, PAPER, opacity=0.7)


def notebook(c: Canvas, t: Tint) -> None:
    c.shadow(200, 340, 120)
    with c.moved("rotate(6 200 200)"):
        c.rect(112, 70, 180, 258, 12, PAPER)
        c.rect(104, 64, 180, 258, 12, c.sheen(t.main))
        c.rect(256, 64, 11, 258, 0, t.accent)
        c.rect(140, 110, 84, 48, 5, PAPER, opacity=0.92)
        c.rect(154, 124, 56, 5, 2, STEEL)
        c.rect(154, 138, 38, 5, 2, STEEL)
        c.stroke("M150 322 V346", t.accent, 8)
    with c.moved("rotate(28 320 220)"):
        c.rect(312, 96, 16, 196, 5, c.cylinder(INK))
        c.path("M312 290 H328 L320 318 Z", "#d7b370")


def pen(c: Canvas, t: Tint) -> None:
    c.shadow(210, 330, 150)
    c.rect(226, 204, 112, 124, 12, c.glass("#cbd6dd"))
    c.rect(234, 244, 96, 78, 8, c.fade(lighter(t.accent, 0.1), darker(t.accent, 0.4)))
    c.rect(248, 176, 68, 32, 7, c.cylinder(INK))
    with c.moved("rotate(42 160 200)"):
        c.rect(142, 20, 36, 190, 15, c.cylinder(t.main))
        c.rect(140, 196, 40, 11, 3, c.cylinder("#d0a65a"))
        c.rect(146, 206, 28, 66, 6, c.cylinder(darker(t.main, 0.3)))
        c.path("M148 270 H172 Q172 300 160 330 Q148 300 148 270 Z", c.cylinder("#d0a65a"))
        c.stroke("M160 292 V324", INK, 2)
        c.rect(174, 34, 7, 92, 3, c.cylinder("#d0a65a"))


def paint_set(c: Canvas, t: Tint) -> None:
    c.shadow(200, 330, 160)
    c.rect(52, 158, 256, 168, 14, c.sheen(t.main))
    c.rect(66, 172, 228, 140, 8, PAPER)
    tones = (
        "#d9534f",
        "#f0ad4e",
        "#f7dc6f",
        "#7dbb6d",
        "#5dade2",
        "#5b6abf",
        "#a569bd",
        "#e79aa8",
        "#8d6e4f",
        "#4a5a5e",
        "#e8e2d4",
        t.accent,
    )
    for i, tone in enumerate(tones):
        c.rect(76 + i % 4 * 54, 182 + i // 4 * 42, 44, 34, 6, c.ball(tone))
    with c.moved("rotate(20 340 220)"):
        c.rect(334, 120, 13, 160, 5, c.fade(lighter(WOOD, 0.2), darker(WOOD, 0.3)))
        c.rect(332, 96, 17, 30, 3, c.cylinder(STEEL))
        c.path("M332 98 Q328 70 340 44 Q352 70 349 98 Z", t.accent)


MOTIFS = {
    "blocks": blocks,
    "teddy": teddy,
    "baby_bottle": baby_bottle,
    "stroller": stroller,
    "train": train,
    "puzzle": puzzle,
    "pet_bowl": pet_bowl,
    "cat_tree": cat_tree,
    "fountain": fountain,
    "litter_box": litter_box,
    "book": book,
    "notebook": notebook,
    "pen": pen,
    "paint_set": paint_set,
}
