"""Procedural scenes for a code to lie in: wood, bricks, lines of text, boxes, and rings and squares that mislead."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[Any]
Canvas = npt.NDArray[np.uint8]
HEIGHT, WIDTH = 720, 1280


def scene(clutter: float, rng: np.random.Generator) -> Picture:
    """A colour frame, 0..255; `clutter` 0 is a calm wall, 1 is full of things that look like a code's parts."""
    ground = [_wall, _wood, _bricks][int(rng.integers(3))] if clutter > 0.05 else _wall
    picture = ground(rng)
    things = [_text, _rings, _squares, _boxes, _dots]
    for _ in range(rng.poisson(clutter * 14)):
        things[int(rng.integers(len(things)))](picture, rng)
    return picture.astype(np.float32)


def _wall(rng: np.random.Generator) -> Canvas:
    color = rng.uniform(60, 220, 3)
    slope = np.linspace(-1, 1, WIDTH)[None, :] * rng.uniform(-30, 30) + np.linspace(-1, 1, HEIGHT)[
        :, None
    ] * rng.uniform(-30, 30)
    return _clip(color + slope[..., None])


def _wood(rng: np.random.Generator) -> Canvas:
    grain: Picture = rng.normal(0, 1, (HEIGHT // 8, 12)).astype(np.float32)
    grain = cv2.resize(grain, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    waves = np.sin(np.arange(HEIGHT)[:, None] / rng.uniform(4, 14) + grain * 2)
    color = np.array([60, 105, 150]) * rng.uniform(0.6, 1.3)
    return _clip(color + (grain * 14 + waves * 16)[..., None])


def _bricks(rng: np.random.Generator) -> Canvas:
    high, wide = int(rng.integers(24, 60)), int(rng.integers(60, 150))
    picture = np.full((HEIGHT, WIDTH, 3), int(rng.uniform(150, 210)), np.uint8)
    color = np.array([60, 75, 150]) * rng.uniform(0.6, 1.3)
    for row, y in enumerate(range(0, HEIGHT, high)):
        for x in range(-wide + (row % 2) * wide // 2, WIDTH, wide):
            cv2.rectangle(
                picture,
                (x + 3, y + 3),
                (x + wide - 3, y + high - 3),
                (color * rng.uniform(0.75, 1.2)).tolist(),
                -1,
            )
    return picture


def _place(rng: np.random.Generator) -> tuple[int, int]:
    return int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))


def _ink(rng: np.random.Generator) -> list[float]:
    return (rng.uniform(0, 120, 3) if rng.random() < 0.6 else rng.uniform(0, 255, 3)).tolist()  # type: ignore[no-any-return]


def _text(picture: Canvas, rng: np.random.Generator) -> None:
    x, y = _place(rng)
    size, ink = rng.uniform(0.4, 1.8), _ink(rng)
    if rng.random() < 0.5:
        cv2.rectangle(
            picture,
            (x - 10, y - int(40 * size)),
            (x + int(330 * size), y + int(120 * size)),
            (235, 240, 240),
            -1,
        )
    for line in range(int(rng.integers(1, 5))):
        words = "".join(rng.choice(list("abcdeghkmnoprstuQGO80 269"), 18))
        cv2.putText(
            picture,
            words,
            (x, y + int(line * 34 * size)),
            cv2.FONT_HERSHEY_SIMPLEX,
            size,
            ink,
            max(1, int(size * 2)),
            cv2.LINE_AA,
        )


def _rings(picture: Canvas, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 6))):
        place, radius, ink = _place(rng), int(rng.integers(6, 90)), _ink(rng)
        axes = (radius, int(radius * rng.uniform(0.4, 1)))
        turn = float(rng.uniform(0, 180))
        if rng.random() < 0.5:
            cv2.ellipse(
                picture,
                place,
                (int(axes[0] * 1.4), int(axes[1] * 1.4)),
                turn,
                0,
                360,
                (245, 245, 245),
                -1,
                cv2.LINE_AA,
            )
        cv2.ellipse(
            picture, place, axes, turn, 0, 360, ink, max(1, radius // int(rng.integers(3, 9))), cv2.LINE_AA
        )
        if rng.random() < 0.5:
            cv2.ellipse(
                picture, place, (axes[0] // 3 + 1, axes[1] // 3 + 1), turn, 0, 360, ink, -1, cv2.LINE_AA
            )


def _squares(picture: Canvas, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(1, 5))):
        corners = cv2.boxPoints((_place(rng), (rng.uniform(15, 90),) * 2, rng.uniform(0, 90)))
        cv2.polylines(
            picture, [corners.astype(np.int32)], True, _ink(rng), int(rng.integers(2, 12)), cv2.LINE_AA
        )
        inner = corners.mean(0) + (corners - corners.mean(0)) * 0.45
        cv2.fillPoly(picture, [inner.astype(np.int32)], _ink(rng), cv2.LINE_AA)


def _boxes(picture: Canvas, rng: np.random.Generator) -> None:
    box = cv2.boxPoints((_place(rng), (rng.uniform(40, 300), rng.uniform(40, 300)), rng.uniform(0, 90)))
    cv2.fillPoly(picture, [box.astype(np.int32)], rng.uniform(0, 255, 3).tolist(), cv2.LINE_AA)


def _dots(picture: Canvas, rng: np.random.Generator) -> None:
    x, y = _place(rng)
    for _ in range(int(rng.integers(20, 120))):
        dx, dy = rng.normal(0, 70, 2)
        cv2.circle(picture, (int(x + dx), int(y + dy)), int(rng.integers(1, 7)), _ink(rng), -1, cv2.LINE_AA)


def _clip(picture: npt.NDArray[np.float64]) -> Canvas:
    return np.clip(picture, 0, 255).astype(np.uint8)
