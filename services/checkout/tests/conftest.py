"""Puts `checkout_support` on the import path of checkout's tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
