"""A seeded simulation of the order path. The services' ports in memory are in their tests' support packages."""

import sys
from pathlib import Path

_SERVICES = Path(__file__).parents[2] / "services"
sys.path[:0] = [str(_SERVICES / name / "tests") for name in ("catalog", "checkout", "payment")]
