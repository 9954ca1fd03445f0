"""Measures how well the round code is read, next to zxing-cpp on QR-H of the same width and key, on the same scenes.

    cd libs/roundcode && python -m bench --frames 200 --seed 2026

Needs no network and writes nothing; prints one Markdown table. With the same arguments the frames are the same.
"""

import argparse
import base64
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
import segno
import zxingcpp

from bench.factors import LEVELS, Conditions, mixed, single
from bench.photograph import Code, Frame, photograph
from roundcode.geometry import QUIET_RADIUS
from roundcode.look import Look
from roundcode.payload import encode
from roundcode.png import draw_png
from roundcode.reader import read_round
from roundcode.warming import warm_up

DRAWN = 640
Reader = Callable[[Frame], list[bytes]]


@dataclass
class Tally:
    """What one reader did on one set of frames."""

    frames: int = 0
    right: int = 0
    wrong: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def cell(self) -> str:
        times = self.milliseconds
        return (
            f"{100 * self.right / self.frames:5.1f} % | {self.wrong} | "
            f"{np.mean(times):.0f} / {np.percentile(times, 95):.0f}"
        )


def round_code(key: bytes) -> Code:
    """The round code cropped to its ink."""
    picture = cv2.imdecode(
        np.frombuffer(draw_png(encode(key), Look(width=DRAWN)), np.uint8), cv2.IMREAD_GRAYSCALE
    )
    margin = round(DRAWN * (QUIET_RADIUS - 1) / (2 * QUIET_RADIUS))
    return picture[margin:-margin, margin:-margin]  # type: ignore[index,return-value]


def qr_code(key: bytes) -> Code:
    """A QR code, version 3-H, of the same key, without its quiet zone (the card has one)."""
    code = segno.make_qr(qr_text(key), error="h", version=3, boost_error=False)
    modules = np.array([list(row) for row in code.matrix_iter(border=0)], np.uint8)
    return np.kron(255 * (1 - modules), np.ones((22, 22), np.uint8)).astype(np.uint8)


def qr_text(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def read_our_code(grey: Frame) -> list[bytes]:
    return [reading.key for reading in read_round(grey)]


def read_qr(grey: Frame) -> list[bytes]:
    found = zxingcpp.read_barcodes(grey, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]
    return [base64.urlsafe_b64decode(code.text + "==") for code in found]


CODES: dict[str, tuple[Callable[[bytes], Code], Reader]] = {
    "round": (round_code, read_our_code),
    "QR-H": (qr_code, read_qr),
}


def measure(kind: str, level: int, frames: int, seed: int) -> dict[str, Tally]:
    """Both codes on the same scenes, under the same conditions, with the same keys."""
    tallies = {name: Tally() for name in CODES}
    for number in range(frames):
        for name, (draw, read) in CODES.items():
            rng = np.random.default_rng([seed, sum(kind.encode()), level, number])
            key = rng.bytes(16)
            what = conditions(kind, level, rng)
            frame = photograph(None if kind == "none" else draw(key), what, rng)
            grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
            start = time.process_time()
            keys = read(grey)
            tally = tallies[name]
            tally.milliseconds.append(1000 * (time.process_time() - start))
            tally.frames += 1
            tally.right += (not keys) if kind == "none" else key in keys
            tally.wrong += any(found != key or kind == "none" for found in keys)
    return tallies


def conditions(kind: str, level: int, rng: np.random.Generator) -> Conditions:
    return mixed(level, rng) if kind in ("mixed", "none") else single(kind, level)


def rows(name: str) -> list[tuple[str, int]]:
    """The sets and levels meant by one name: `mixed`, `single` (all factors), `none`, `tilt`, or `tilt:4`."""
    kind, _, level = name.partition(":")
    if kind == "single":
        return [row for factor in LEVELS for row in rows(factor)]
    if level:
        return [(kind, int(level))]
    return [(kind, n) for n in ((4,) if kind == "none" else (1,) if kind == "clean" else range(1, 6))]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=40, help="for each mixed level (default 40)")
    parser.add_argument(
        "--single", type=int, default=None, help="for each level of a single factor (default a quarter)"
    )
    parser.add_argument("--empty", type=int, default=None, help="without a code (default as --frames)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--sets", default="mixed,single,none", help="of mixed, single, none, tilt, tilt:4, ..."
    )
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    warm_up()
    few = chosen.single if chosen.single is not None else max(8, chosen.frames // 4)
    empty = chosen.empty if chosen.empty is not None else chosen.frames
    counts = {"mixed": chosen.frames, "none": empty}
    plan = [
        (kind, level, counts.get(kind, few)) for name in chosen.sets.split(",") for kind, level in rows(name)
    ]
    print(
        "| set | level | frames | round: right | wrong | CPU ms mean / p95 | QR-H, zxing-cpp: right | wrong | ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for kind, level, frames in plan:
        tallies = measure(kind, level, frames, chosen.seed)
        cells = " | ".join(tally.cell() for tally in tallies.values())
        print(f"| {kind} | {level} | {frames} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
