"""Grey pictures of a code: flat, in perspective, on a cylinder; and picture files."""

import io

import cv2
import numpy as np
from PIL import Image

from roundcode.look import Look
from roundcode.payload import encode
from roundcode.png import draw_png


def grey(key: bytes, width: int = 300) -> np.ndarray:
    return np.array(Image.open(io.BytesIO(draw_png(encode(key), Look(width=width)))).convert("L"))


def scene(key: bytes, corners: list[tuple[float, float]], size: tuple[int, int] = (1280, 720)) -> np.ndarray:
    """The code laid into a grey frame with its picture's corners at `corners`."""
    code = np.pad(grey(key, 400), 30, constant_values=255)
    side = code.shape[0]
    flat = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(corners, np.float32))
    frame = np.full(size[::-1], 120, np.uint8)
    return cv2.warpPerspective(code, matrix, size, frame, cv2.INTER_AREA, cv2.BORDER_TRANSPARENT)


def picture(array: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    Image.fromarray(array).save(out, kind, **options)
    return out.getvalue()


def bowed(key: bytes, arc: float) -> np.ndarray:
    """The code on a cylinder of which it covers `arc` degrees, seen from the front."""
    code = np.pad(grey(key, 400), 30, constant_values=255)
    side, turn = code.shape[0], np.radians(arc)
    across = np.linspace(-1, 1, side) * np.sin(turn / 2)
    wide = (np.arcsin(across) / turn + 0.5) * (side - 1)
    x, y = np.meshgrid(wide, np.arange(side))
    frame = np.full((720, 1280), 120, np.uint8)
    seen = cv2.remap(code, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    frame[100 : 100 + side, 300 : 300 + side] = seen
    return frame
