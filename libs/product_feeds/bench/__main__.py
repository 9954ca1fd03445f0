"""Reads generated feeds of growing size in every format, each in a process of its own, and prints time and peak memory.

    cd libs/product_feeds && python -m bench --lines 10000 1000000

Reading means all that a check does: decode, parse, read values, put lines together to products. Needs no network.
"""

from __future__ import annotations

import argparse
import multiprocessing
from tempfile import TemporaryDirectory

from bench.measuring import FORMATS, measure


def main() -> None:
    """Print one Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    arguments = parser.parse_args()
    print(
        "| format | lines | file, MB | products | CPU, s | lines/s | added memory, MB |\n|---|---|---|---|---|---|---|"
    )
    spawn = multiprocessing.get_context("spawn")
    for lines in arguments.lines:
        for written_as in FORMATS:
            with TemporaryDirectory() as folder, spawn.Pool(1) as pool:
                seconds, memory, size, products = pool.apply(measure, (written_as, lines, folder))
            print(
                f"| {written_as} | {lines} | {size} | {products} | {seconds:.1f} | {lines / seconds:.0f} | {memory:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
