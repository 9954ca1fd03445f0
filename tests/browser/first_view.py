"""How long a screen takes until its first view is whole: `python tests/browser/first_view.py <demo.json> [loads]`.

Each load is a newcomer's, in a browser context of its own with nothing cached, at 390×844: first as it is, then on slow 3G
(a round trip of 400 ms, 400 kbit/s) with a quarter of the CPU. The first paint is the first that shows words or pictures. The
first view is whole at the first frame in which what the screen is for is there and every picture in sight is drawn. Times are
those of the browser's own clock, from the beginning of the navigation; `jump` is the cumulative layout shift.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from support.eventually import eventually
from support.phone import SIZES, chromium

LOADS = 15
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds, and bytes a second."""
QUARTER_OF_CPU = {"rate": 4}
VIEWS = {
    "the feed": ("/h/kuaiying", ".slide.playing .chip"),
    "the entrance": ("/h/xiaoting/programs", ".program"),
    "a store": ("/h/kuaiying/m/mpyunliselect", ".product-card"),
    "a product": ("/h/xiaoting/m/mpyunliselect/p/yl_gooseneck_kettle", ".buy:enabled"),
    "a search": ("/h/kuaiying/search?q=coffee", ".results li"),
    "the start page": ("/", "[data-process=gateway]"),
}
WATCH = """
window.jump = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.jump += entry.value })
  .observe({ type: 'layout-shift', buffered: true });
(function look() {
  const seen = document.querySelector(SELECTOR);
  const inSight = image => { const box = image.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
  if (seen && [...document.images].filter(inSight).every(image => image.complete)) window.whole = performance.now();
  else requestAnimationFrame(look);
})();
"""


async def main(demo: dict[str, Any], loads: int) -> None:
    """Prints one line for each view, first on a good line, then on a slow one."""
    async with chromium() as browser:
        for title, is_slow in (("as it is", False), ("slow 3G, a quarter of the CPU", True)):
            print(
                f"{title}\n{'first view of':<16}{'paint':>10}{'whole':>10}{'p90':>10}{'KiB':>8}{'files':>7}{'jump':>8}"
            )
            for name, (path, shows) in VIEWS.items():
                address = demo["host_demo"] + path
                print(
                    _line(
                        name, [await one_load(browser, address, shows, is_slow=is_slow) for _ in range(loads)]
                    )
                )


def _line(name: str, seen: list[dict[str, float]]) -> str:
    """Medians of first paint and whole view, the slowest tenth, bytes, requests, jump."""
    times = sorted(view["ms"] for view in seen)
    p90 = times[min(len(times) - 1, round(0.9 * (len(times) - 1)))]
    paint = statistics.median(view["paint"] for view in seen)
    return (
        f"{name:<16}{paint:>7.0f} ms{statistics.median(times):>7.0f} ms{p90:>7.0f} ms{seen[-1]['kib']:>8.0f}"
        f"{seen[-1]['files']:>7.0f}{max(view['jump'] for view in seen):>8.3f}"
    )


async def one_load(browser: Browser, address: str, shows: str, *, is_slow: bool) -> dict[str, float]:
    """A newcomer opens the address."""
    context = await browser.new_context(viewport=SIZES["phone"])  # type: ignore[arg-type]
    page = await context.new_page()
    if is_slow:
        protocol = await context.new_cdp_session(page)
        await protocol.send("Network.emulateNetworkConditions", SLOW_3G)
        await protocol.send("Emulation.setCPUThrottlingRate", QUARTER_OF_CPU)
    await page.add_init_script(WATCH.replace("SELECTOR", json.dumps(shows)))
    await page.goto(address, timeout=60_000)
    await eventually(lambda: page.evaluate("() => window.whole"), 60, "the whole view")
    view: dict[str, float] = await page.evaluate(
        """() => { const files = performance.getEntriesByType('resource');
          const bytes = [...files, ...performance.getEntriesByType('navigation')].reduce((sum, one) => sum + one.transferSize, 0);
          const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
          return { ms: window.whole, paint, jump: window.jump, kib: bytes / 1024, files: files.length + 1 } }"""
    )
    await context.close()
    return view


if __name__ == "__main__":
    asyncio.run(
        main(
            json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")),
            int(sys.argv[2]) if sys.argv[2:] else LOADS,
        )
    )
