"""Video covers: a scene, and in it what the video's anchors sell."""

from collections.abc import Callable

from anchorage_demo.art.canvas import Canvas
from anchorage_demo.art.choice import choose
from anchorage_demo.art.colour import darker, lighter, mix
from anchorage_demo.art.product import place_motif
from anchorage_demo.world import Product, Scene, Video

WIDTH, HEIGHT = 720, 1280
STANDS = {
    1: ((360, 900, 1.9),),
    2: ((225, 800, 1.15), (455, 950, 1.5)),
    3: ((200, 730, 0.95), (520, 780, 1.05), (350, 960, 1.4)),
}
"""Where one, two or three things stand, back to front: x, ground, scale."""


def draw_cover(video: Video, products: dict[str, Product]) -> bytes:
    """A 720 x 1280 SVG; `products` holds at least those the video is anchored to, by id.

    Its lowest quarter is darkened, for the title to be laid over it.
    """
    canvas = Canvas(WIDTH, HEIGHT)
    shown = [products[anchor.product_id] for anchor in video.anchors]
    SCENES[video.scene](canvas, mix(shown[0].backdrop, shown[0].accent, 0.35))
    # The first anchor is the video's subject: it stands in front.
    for product, (x, ground, scale) in zip(reversed(shown), STANDS[len(shown)], strict=True):
        colour = choose(product.pictures, video.video_id).colour
        place_motif(canvas, product, colour, x=x, ground=ground, scale=scale)
    canvas.rect(0, 900, WIDTH, 380, 0, canvas.fade("#0d0b0b", "#0d0b0b", 0, 0.72))
    return canvas.svg()


def room(c: Canvas, colour: str) -> None:
    c.rect(0, 0, WIDTH, HEIGHT, 0, c.fade(lighter(colour, 0.62), lighter(colour, 0.3)))
    c.rect(90, 120, 300, 380, 150, "#ffffff", opacity=0.65)
    c.rect(106, 136, 268, 348, 134, c.fade("#bfe0f2", "#fdf1d8"))
    c.circle(300, 260, 44, "#fff6cf")
    c.stroke("M240 136 V484 M106 320 H374", "#ffffff", 10)
    c.rect(470, 250, 180, 14, 6, c.sheen("#a9764c"))
    for x, height, tone in (
        (490, 86, colour),
        (522, 104, darker(colour, 0.3)),
        (552, 74, lighter(colour, 0.4)),
    ):
        c.rect(x, 250 - height, 26, height, 3, c.cylinder(tone))
    c.ellipse(616, 232, 26, 22, c.ball("#e9dcc4"))
    for lean in (-30, -8, 16, 38):
        c.ellipse(616, 176, 11, 42, "#6f9a68", transform=f"rotate({lean} 616 216)")
    c.rect(0, 640, WIDTH, 640, 0, c.fade("#d9b48a", "#8f6544"))
    for y in (720, 830, 970, 1140):
        c.stroke(f"M0 {y} H{WIDTH}", "#7a5335", 3, opacity=0.25)


def studio(c: Canvas, colour: str) -> None:
    c.rect(0, 0, WIDTH, HEIGHT, 0, c.fade(darker(colour, 0.25), colour))
    for radius, opacity in ((420, 0.1), (300, 0.14), (190, 0.2)):
        c.circle(360, 520, radius, "#ffffff", opacity=opacity)
    for x, lean in ((110, 12), (610, -12)):
        c.path(
            f"M{x - 30} -20 H{x + 30} L{x + lean * 30 + 190} 900 H{x + lean * 30 - 190} Z",
            c.fade("#ffffff", "#ffffff", 0.32, 0),
        )
    c.ellipse(360, 900, 470, 150, c.fade(lighter(colour, 0.5), lighter(colour, 0.1)))
    c.rect(0, 900, WIDTH, 380, 0, c.fade(colour, darker(colour, 0.4)), opacity=0.55)


def hills(c: Canvas, colour: str) -> None:
    c.rect(0, 0, WIDTH, HEIGHT, 0, c.fade("#8fc4e8", "#fdeccb"))
    c.circle(520, 250, 180, c.glow("#fff3c4", 0.95))
    c.circle(520, 250, 72, "#fff4cf")
    for x, y, size in ((150, 170, 1.0), (390, 110, 0.7), (620, 400, 0.6)):
        for dx, dy, r in ((0, 0, 40), (44, 8, 32), (-44, 10, 30)):
            c.circle(x + dx * size, y + dy * size, r * size, "#ffffff", opacity=0.8)
    for y, tone in ((470, "#9fb8c6"), (560, "#7fa58f"), (660, "#5f8c62")):
        c.path(
            f"M0 {y} Q120 {y - 130} 260 {y - 20} T520 {y - 40} T{WIDTH} {y - 30} V{HEIGHT} H0 Z",
            c.fade(lighter(tone, 0.15), tone),
        )
    c.path(f"M0 740 Q360 660 {WIDTH} 750 V{HEIGHT} H0 Z", c.fade("#a9c46f", "#54763f"))
    for x, y in ((60, 760), (112, 744), (640, 752), (690, 776)):
        c.path(f"M{x} {y} l-34 66 h68 Z M{x} {y - 46} l-26 62 h52 Z", "#3f6b48")


def night(c: Canvas, colour: str) -> None:
    c.rect(0, 0, WIDTH, HEIGHT, 0, c.fade("#141a36", mix("#3a3566", colour, 0.35)))
    for i in range(46):
        c.circle((i * 157) % WIDTH, (i * 89) % 520, 1.4 + i % 3, "#ffffff", opacity=0.35 + i % 4 * 0.15)
    c.circle(540, 220, 150, c.glow("#fff0c0", 0.5))
    c.circle(540, 220, 62, "#fff3cf")
    for i in range(9):
        x, height = i * 84 - 16, 150 + (i * 67) % 190
        c.rect(x, 680 - height, 76, height + 20, 4, c.fade("#2b3157", "#1b2040"))
        for row in range(height // 40):
            for column in range(2):
                if (i * 3 + row * 5 + column) % 4:
                    c.rect(x + 14 + column * 30, 694 - height + row * 38, 16, 18, 2, "#ffd98a", opacity=0.75)
    c.rect(0, 690, WIDTH, 590, 0, c.fade(mix("#4d4168", colour, 0.3), "#1d1a30"))
    c.ellipse(360, 880, 400, 170, c.glow("#ffdf9e", 0.5))


SCENES: dict[Scene, Callable[[Canvas, str], None]] = {
    "room": room,
    "studio": studio,
    "hills": hills,
    "night": night,
}
