"""Puts `catalog_support` on the import path of the catalog's tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
