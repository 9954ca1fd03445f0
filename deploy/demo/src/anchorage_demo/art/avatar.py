"""Avatars: a face for a creator, a shop front for a merchant."""

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.choice import choose
from anchorage_demo.art.colour import darker, lighter
from anchorage_demo.world import Account, Hair

SKINS = ("#f3cda8", "#eab98f", "#d9a06f", "#f7d9bd")
HAIRS = ("#2b211d", "#4a3226", "#1f2430", "#6b4530")
INK = "#33272a"


def draw_avatar(account: Account) -> bytes:
    """A square SVG, made to be cropped to a circle. A creator has the same face in every host."""
    canvas = Canvas(200, 200)
    canvas.rect(0, 0, 200, 200, 0, canvas.fade(lighter(account.colour, 0.55), lighter(account.colour, 0.15)))
    if account.creator_id is None or account.hair is None:
        _shop_front(canvas, account)
    else:
        _face(canvas, account.creator_id, account.hair, account.colour)
    return canvas.svg()


def _face(c: Canvas, creator_id: str, cut: Hair, colour: str) -> None:
    skin, hair = choose(SKINS, creator_id, "skin"), choose(HAIRS, creator_id, "hair")
    if cut == "long":
        c.path("M48 96 C44 34 156 34 152 96 L160 178 H40 Z", c.ball(hair))
    if cut == "bun":
        c.circle(100, 34, 21, c.ball(hair))
    if cut == "bob":
        c.path("M46 98 C42 34 158 34 154 98 L152 132 H48 Z", c.ball(hair))
    c.path("M28 204 C30 160 66 148 100 148 C134 148 170 160 172 204 Z", c.sheen(darker(colour, 0.1)))
    c.path("M84 128 H116 V152 Q100 168 84 152 Z", darker(skin, 0.1))
    for x in (57, 143):
        c.circle(x, 102, 9, skin)
    c.path("M58 88 C58 52 142 52 142 88 C144 126 124 144 100 144 C76 144 56 126 58 88 Z", c.ball(skin))
    fringe = {
        "long": "M54 92 C52 40 148 40 146 92 C134 74 112 70 100 56 C88 72 66 74 54 92 Z",
        "short": "M55 88 C50 36 150 34 146 88 C140 70 132 64 118 64 C96 68 74 60 66 66 C58 72 57 80 55 88 Z",
        "bun": "M55 90 C52 40 148 40 145 90 C134 62 66 62 55 90 Z",
        "bob": "M52 100 C48 40 152 40 148 100 C142 84 140 78 138 74 H62 C60 78 58 84 52 100 Z",
    }[cut]
    c.path(fringe, c.ball(hair))
    _features(c, creator_id)


def _features(c: Canvas, creator_id: str) -> None:
    for x in (82, 118):
        c.ellipse(x, 100, 4.5, 5.5, INK)
        c.circle(x + 1.6, 98, 1.6, "#ffffff")
        c.ellipse(x + (x - 100) * 0.45, 116, 8, 5, "#f08a80", opacity=0.4)
    c.stroke("M90 122 Q100 131 110 122", INK, 3)
    if choose((True, False, False), creator_id, "glasses"):
        for x in (82, 118):
            c.circle(x, 100, 13, "none", stroke=INK, stroke_width=3)
        c.stroke("M95 99 H105", INK, 3)


def _shop_front(c: Canvas, account: Account) -> None:
    colour = account.colour
    stripes = choose((4, 5, 6), account.account_id, "stripes")
    c.shadow(100, 164, 80, 10)
    c.rect(44, 86, 112, 78, 4, c.sheen("#fbf6ec"))
    c.rect(56, 108, 44, 34, 4, c.fade(lighter(colour, 0.65), lighter(colour, 0.35)))
    c.rect(112, 104, 32, 60, 4, c.sheen(darker(colour, 0.3)))
    c.circle(137, 136, 2.6, "#f3d27a")
    width = 132 / stripes
    for i in range(stripes):
        x, paint = 34 + i * width, colour if i % 2 == 0 else "#ffffff"
        c.path(f"M{x:g} 58 H{x + width:g} V88 A{width / 2:g} {width / 2:g} 0 0 1 {x:g} 88 Z", paint)
    c.rect(34, 46, 132, 16, 6, c.fade(darker(colour, 0.1), darker(colour, 0.3)))
    _sign(c, account)


def _sign(c: Canvas, account: Account) -> None:
    sign = choose(("heart", "tag", "spark"), account.account_id, "sign")
    c.circle(100, 36, 20, "#ffffff")
    outline = {
        "heart": "M100 48 C80 36 86 22 95 25 Q99 27 100 30 Q101 27 105 25 C114 22 120 36 100 48 Z",
        "tag": "M90 28 H102 L113 39 L103 49 L90 38 Z",
        "spark": "M100 22 L104 32 L114 36 L104 40 L100 50 L96 40 L86 36 L96 32 Z",
    }[sign]
    c.path(outline, account.colour)
