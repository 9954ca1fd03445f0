"""Measures drawing, and that plain QR codes are read by other people's readers.

    cd libs/roundcode && python -m bench.drawing --codes 1000

zbar is asked where pyzbar and the system's libzbar are installed (no wheel of pyzbar brings the library to Linux).
"""

import argparse
import base64
import io
import os
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
import numpy.typing as npt
import segno
import zxingcpp
from PIL import Image

from roundcode.geometry import SHORT
from roundcode.look import Look
from roundcode.payload import encode
from roundcode.png import draw_png
from roundcode.qr import qr_png
from roundcode.svg import draw_svg

Picture = npt.NDArray[np.uint8]
QR_READERS: dict[str, Callable[[Picture], list[str]]] = {
    "zxing-cpp": lambda picture: [code.text for code in zxingcpp.read_barcodes(picture)],
    "OpenCV": lambda picture: [cv2.QRCodeDetector().detectAndDecode(picture)[0]],
}
try:
    from pyzbar import pyzbar

    QR_READERS["zbar"] = lambda picture: [code.data.decode() for code in pyzbar.decode(picture)]
except ImportError:
    pass


def logo() -> bytes:
    """A photograph-like picture."""
    pixels = np.random.default_rng(5).integers(0, 255, (64, 64, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(cv2.resize(pixels, (512, 512))).save(out, "PNG")
    return out.getvalue()


def main() -> None:
    """Print one Markdown table of each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--codes", type=int, default=1000)
    chosen = parser.parse_args()
    keys = [os.urandom(SHORT.key_bytes) for _ in range(chosen.codes)]
    looks = {
        "PNG, 430 px": Look(),
        "PNG, 1280 px": Look(width=1280),
        "PNG, 430 px, with a logo": Look(logo=logo(), line_color="#0b6e4f"),
        "PNG, 1280 px, with a logo": Look(width=1280, logo=logo(), line_color="#0b6e4f"),
    }
    print(f"| {chosen.codes} codes | CPU s |")
    print("|---|---|")
    for name, look in looks.items():
        start = time.process_time()
        for key in keys:
            draw_png(encode(key), look)
        print(f"| {name} | {time.process_time() - start:.1f} |", flush=True)
    start = time.process_time()
    for key in keys:
        draw_svg(encode(key), Look())
    print(f"| SVG | {time.process_time() - start:.1f} |", flush=True)
    qr(keys[:100])


def qr(keys: list[bytes]) -> None:
    """How many plain QR codes of 280, 430 and 1280 px each reader reads."""
    print(f"\n| plain QR, {3 * len(keys)} pictures | read | version |\n|---|---|---|")
    pictures: list[tuple[str, Picture]] = []
    versions: set[str] = set()
    for key in keys:
        text = "AC:" + base64.b32encode(key).decode().rstrip("=")  # as the platform's own QR codes
        versions.add(str(segno.make_qr(text, error="h", boost_error=False).designator))
        for width in (280, 430, 1280):
            drawn = Image.open(io.BytesIO(qr_png(text, width))).convert("L")
            pictures.append((text, np.asarray(drawn, np.uint8)))
    for name, read in QR_READERS.items():
        right = sum(read(picture) == [text] for text, picture in pictures)
        print(f"| {name} | {right} | {', '.join(sorted(versions))} |", flush=True)


if __name__ == "__main__":
    main()
