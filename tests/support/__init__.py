"""What tests of several packages share; `tests` is on the import path of pytest (see pyproject.toml)."""
