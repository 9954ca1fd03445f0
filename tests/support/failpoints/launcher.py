"""`python -m support.failpoints.launcher SERVICE FOLDER` runs a service with a check behind each place.

Its clock is ahead by the seconds in the file `<service>.ahead` of FOLDER, if there is one.
"""

from __future__ import annotations

import ctypes
import signal
import sys
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from support.failpoints.hooks import install

PR_SET_PDEATHSIG = 1
"""Linux ends this process when the test run is gone, however that came."""


def main(service: str, folder: Path) -> None:
    """Serve until SIGTERM, or until an armed place is passed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    install(service, folder)
    if service == "alipay_sandbox":
        sys.argv = [service]
        import_module("alipay_sandbox.__main__").main()
        return
    ahead = folder / f"{service}.ahead"

    def clock() -> datetime:
        try:
            seconds = float(ahead.read_text(encoding="utf-8"))
        except FileNotFoundError:
            seconds = 0
        now = datetime.now(UTC) + timedelta(seconds=seconds)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    app, settings = import_module(f"{service}.app"), import_module(f"{service}.settings")
    import_module("runtime.service").serve(app.build_app(settings.Settings(), clock=clock))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
