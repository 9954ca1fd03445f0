"""Takes a seeded synthetic photograph of a printed code on a white card."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from bench.factors import Conditions
from bench.scenes import HEIGHT, WIDTH, Picture, scene

Frame = npt.NDArray[Any]
Code = npt.NDArray[np.uint8]
FOCAL_LENGTH = 1100.0
"""In pixels: a phone's camera of about 60 degrees across."""


def photograph(code: Code | None, what: Conditions, rng: np.random.Generator) -> Frame:
    """A 1280x720 colour frame of `code` (a grey picture whose outermost ink touches its edges; None for a scene
    without one) taken under the conditions `what`."""
    frame = scene(what.clutter, rng)
    where = np.zeros(2)
    if code is not None:
        where = _paste(frame, code, what, rng)
    if what.glare:
        _glare(frame, where, what, rng)
    return _camera(frame, what, rng)


def _paste(frame: Picture, code: Code, what: Conditions, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Lays the card into the scene and returns where the code's middle is."""
    side = int(np.clip(what.width * 1.6, 160, 560))
    margin = what.card_margin
    card = _card(code, side, what, rng)
    to_card, middle = _camera_to_card(what, rng)
    half = (0.5 + margin) * 1.02
    reach = what.width * 0.95
    x0, x1 = max(0, int(middle[0] - reach)), min(WIDTH, int(middle[0] + reach) + 1)
    y0, y1 = max(0, int(middle[1] - reach)), min(HEIGHT, int(middle[1] + reach) + 1)
    ys, xs = np.mgrid[y0:y1, x0:x1].astype(np.float64)
    u, v, depth_ok = to_card(xs, ys)
    inside = ((np.abs(u) < 0.5 + margin) & (np.abs(v) < 0.5 + margin) & depth_ok).astype(np.float32)
    scale = card.shape[0] / (2 * half)
    # Shrinking by much more than two would alias, so the card is first blurred to what a pixel covers.
    shrink = side / what.width
    card = cv2.GaussianBlur(card, (0, 0), max(0.3, 0.36 * shrink))
    map_x = ((u + half) * scale - 0.5).astype(np.float32)
    map_y = ((v + half) * scale - 0.5).astype(np.float32)
    seen = cv2.remap(card, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.GaussianBlur(inside, (0, 0), 0.5)[..., None]
    frame[y0:y1, x0:x1] = frame[y0:y1, x0:x1] * (1 - cover) + seen * cover
    return np.asarray(middle)


def _card(code: Code, side: int, what: Conditions, rng: np.random.Generator) -> Picture:
    full = round(side * (1 + 2 * what.card_margin) * 1.02)
    card = np.full((full, full), 250.0, np.float32)
    drawn = cv2.resize(code, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    at = (full - side) // 2
    card[at : at + side, at : at + side] = drawn * (230 / 255) + 20
    if what.occlusion:
        _cover(card, at, side, what.occlusion, rng)
    if what.screen:
        grid = np.ones(full, np.float32)
        period = side / what.width * rng.uniform(2.2, 4.5)
        wave = np.sin(np.arange(full) / period * 2 * np.pi + rng.uniform(0, 6))
        grid = 1 - what.screen * 0.5 * (wave > 0.3)
        card *= cv2.GaussianBlur(
            grid.astype(np.float32)[None, :] * grid[:, None].astype(np.float32), (0, 0), 0.6
        )
    return cv2.cvtColor(card, cv2.COLOR_GRAY2BGR)


def _cover(card: Picture, at: int, side: int, share: float, rng: np.random.Generator) -> None:
    """One thing over the code: a box or a round one, `share` of the code's bounding box, in any grey."""
    aspect = rng.uniform(0.5, 2)
    width, height = side * np.sqrt(share * aspect), side * np.sqrt(share / aspect)
    x, y = at + rng.uniform(width / 2, side - width / 2), at + rng.uniform(height / 2, side - height / 2)
    shade = float(rng.uniform(20, 230))
    if rng.random() < 0.5:
        cv2.rectangle(
            card,
            (int(x - width / 2), int(y - height / 2)),
            (int(x + width / 2), int(y + height / 2)),
            shade,
            -1,
        )
    else:
        grown = np.sqrt(4 / np.pi) / 2
        cv2.ellipse(card, (int(x), int(y)), (int(width * grown), int(height * grown)), 0, 0, 360, shade, -1)


def _camera_to_card(what: Conditions, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    """A function from pixels to the card's (u, v), in widths of the code, and where the code's middle is."""
    roll, axis = rng.uniform(0, 2 * np.pi), rng.uniform(0, 2 * np.pi)
    tilt, arc = np.radians(what.tilt), np.radians(what.curve)
    cos, sin = np.cos(axis), np.sin(axis)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    lean = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    rolled = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    pose = turn @ lean @ turn.T @ rolled
    distance = FOCAL_LENGTH / what.width
    room = what.width * 0.66
    middle = np.array([rng.uniform(room, WIDTH - room), rng.uniform(min(room, 359), max(HEIGHT - room, 361))])
    centre = (
        np.array([(middle[0] - WIDTH / 2), (middle[1] - HEIGHT / 2), FOCAL_LENGTH]) * distance / FOCAL_LENGTH
    )

    def to_card(xs, ys):  # type: ignore[no-untyped-def]
        rays = np.stack([xs - WIDTH / 2, ys - HEIGHT / 2, np.full_like(xs, FOCAL_LENGTH)], -1) / FOCAL_LENGTH
        origin = pose.T @ -centre
        along = rays @ pose
        if arc < 1e-3:
            t = -origin[2] / along[..., 2]
            hit = origin + along * t[..., None]
            return hit[..., 0], hit[..., 1], t > 0
        # A cylinder along y whose nearest line is the card's middle: x = r sin(a), z = r (1 - cos(a)).
        r = 1 / arc
        a = along[..., 0] ** 2 + along[..., 2] ** 2
        b = along[..., 0] * origin[0] + along[..., 2] * (origin[2] - r)
        c = origin[0] ** 2 + (origin[2] - r) ** 2 - r * r
        root = b * b - a * c
        t = (-b - np.sqrt(np.maximum(root, 0))) / a
        hit = origin + along * t[..., None]
        angle = np.arctan2(hit[..., 0], r - hit[..., 2])
        return angle * r, hit[..., 1], (root > 0) & (np.abs(angle) < 1.5)

    return to_card, middle


def _glare(
    frame: Picture, middle: npt.NDArray[np.float64], what: Conditions, rng: np.random.Generator
) -> None:
    """A soft white spot whose middle lies on the code."""
    reach, turn = what.width * 0.5 * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
    x, y = middle + reach * 0.8 * np.array([np.cos(turn), np.sin(turn)])
    ys, xs = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    away = np.hypot(xs - x, ys - y) / (what.glare * what.width)
    frame += (400 * np.clip(1.25 - away, 0, 1))[..., None]
    np.clip(frame, 0, 255, out=frame)


def _camera(frame: Picture, what: Conditions, rng: np.random.Generator) -> Frame:
    if what.blur:
        frame = cv2.GaussianBlur(frame, (0, 0), what.blur)
    if what.motion > 1:
        frame = cv2.filter2D(frame, -1, _streak(what.motion, rng.uniform(0, np.pi)))
    frame = frame * what.exposure
    if what.noise or what.exposure < 1:
        shot = np.sqrt(np.maximum(frame, 0)) * 0.35
        noise = rng.standard_normal(frame.shape, np.float32)
        frame = frame + noise * np.sqrt(what.noise**2 + shot**2 + 1)
    taken = np.clip(np.rint(frame), 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", taken, [cv2.IMWRITE_JPEG_QUALITY, int(what.jpeg)])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))


def _streak(length: float, angle: float) -> Picture:
    size = int(length) // 2 * 2 + 5
    times = 8
    kernel: Picture = np.zeros((size * times, size * times), np.float32)
    half = np.array([np.cos(angle), np.sin(angle)]) * length * times / 2
    middle = np.array([size * times / 2] * 2)
    a, b = (middle - half).astype(int), (middle + half).astype(int)
    cv2.line(kernel, a.tolist(), b.tolist(), 1.0, times)
    kernel = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(kernel / kernel.sum())
