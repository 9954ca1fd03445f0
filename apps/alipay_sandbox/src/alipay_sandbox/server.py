"""The sandbox on its addresses."""

from types import TracebackType
from typing import Self

from aiohttp import web

from alipay_sandbox.app import build_app
from alipay_sandbox.settings import Settings
from runtime.clock import Clock, system_clock

_SHUTDOWN_SECONDS = 3.0


class Server:
    """`async with Server(settings)` serves until the block ends. Port 0 takes any free port; `url` says which."""

    def __init__(self, settings: Settings, clock: Clock = system_clock) -> None:
        self._settings = settings
        self._clock = clock
        self.url = ""

    async def __aenter__(self) -> Self:
        app = await build_app(self._settings, self._clock)
        self._runner = web.AppRunner(app, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        host, port = self._settings.alipay_sandbox_host, self._settings.alipay_sandbox_port
        await web.TCPSite(self._runner, host, port).start()
        actual = self._runner.addresses[0][1]
        self.url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{actual}"
        for address in self._settings.alipay_sandbox_extra_addresses:
            extra_host, _, extra_port = address.rpartition(":")
            await web.TCPSite(self._runner, extra_host, int(extra_port)).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Ends the serving; a second time does nothing."""
        await self._runner.cleanup()
