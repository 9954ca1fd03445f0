"""Prints the published test vectors: `python -m bench.vectors > vectors/round-code.json`."""

import json
import sys

import numpy as np

from roundcode.geometry import LAYOUTS, cells
from roundcode.payload import encode


def main() -> None:
    codes, places = [], []
    for layout in LAYOUTS:
        size = layout.key_bytes
        for key in (
            bytes(size),
            bytes(range(size)),
            b"\xff" * size,
            bytes((7 * n + 3) % 256 for n in range(size)),
        ):
            dark = encode(key, layout)
            codes.append(
                {
                    "layout": layout.name,
                    "key": key.hex(),
                    "word": np.packbits(dark[: layout.word_bytes * 8]).tobytes().hex(),
                    "cells": "".join("1" if cell else "0" for cell in dark),
                }
            )
        table = cells(layout)
        for number in (0, 1, 2, 7, 8, len(table) // 2, len(table) - 1):
            cell = table[number]
            places.append(
                {"layout": layout.name, "cell": number, "x": round(cell.x, 7), "y": round(cell.y, 7)}
            )
    json.dump({"codes": codes, "geometry": places}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
