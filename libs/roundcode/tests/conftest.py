"""Puts `roundcode_support` on the import path, and gives each test a key of its own."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def key() -> bytes:
    """16 random bytes."""
    return os.urandom(16)
