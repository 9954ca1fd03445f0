"""How long a screen takes until its first view is whole: `python tests/browser/first_view.py <demo.json> [loads]`.

Each load is a newcomer's, in a browser context of its own with nothing cached, at 390×844. The first view is whole at
the first frame in which what the screen is for is there and every picture in sight is drawn. Times are those of the
browser's own clock, from the beginning of the navigation; `jump` is the cumulative layout shift.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from support.phone import SIZES, chromium

LOADS = 15
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
    """Prints one line for each view: median, slowest tenth, bytes, requests, jump."""
    print(f"{'first view of':<16}{'median':>10}{'p90':>10}{'KiB':>8}{'files':>7}{'jump':>8}")
    async with chromium() as browser:
        for name, (path, shows) in VIEWS.items():
            seen = [await one_load(browser, demo["host_demo"] + path, shows) for _ in range(loads)]
            times = sorted(view["ms"] for view in seen)
            p90 = times[min(len(times) - 1, round(0.9 * (len(times) - 1)))]
            print(
                f"{name:<16}{statistics.median(times):>7.0f} ms{p90:>7.0f} ms{seen[-1]['kib']:>8.0f}"
                f"{seen[-1]['files']:>7}{max(view['jump'] for view in seen):>8.3f}"
            )


async def one_load(browser: Browser, address: str, shows: str) -> dict[str, float]:
    """A newcomer opens the address."""
    context = await browser.new_context(viewport=SIZES["phone"])  # type: ignore[arg-type]
    page = await context.new_page()
    await page.add_init_script(WATCH.replace("SELECTOR", json.dumps(shows)))
    await page.goto(address)
    await page.wait_for_function("() => window.whole", timeout=30_000)
    view: dict[str, float] = await page.evaluate(
        """() => { const files = performance.getEntriesByType('resource');
          const bytes = [...files, ...performance.getEntriesByType('navigation')].reduce((sum, one) => sum + one.transferSize, 0);
          return { ms: window.whole, jump: window.jump, kib: bytes / 1024, files: files.length + 1 } }"""
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
