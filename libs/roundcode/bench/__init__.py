"""The robustness benchmark of the round code: `python -m bench --help`."""
