"""The container's health: 0 when this process's /readyz answers 200."""

import os
import sys
import urllib.request

port = os.environ.get("HEALTH_PORT") or os.environ["ANCHORAGE_PORT"]
try:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2)
except OSError:
    sys.exit(1)
