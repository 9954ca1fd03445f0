"""Where bills are fetched."""

from aiohttp import web

from alipay_sandbox.application.bills import Bills, file_name


class BillRoutes:
    """`/downloadBillFile.resource`, as the addresses that the gateway gives out name it."""

    def __init__(self, bills: Bills) -> None:
        self._bills = bills

    def routes(self) -> list[web.RouteDef]:
        """The one route."""
        return [web.get("/downloadBillFile.resource", self._fetch)]

    async def _fetch(self, request: web.Request) -> web.Response:
        query = request.query
        day = query.get("bizDates", "")
        account = query.get("userId", "")
        archive = await self._bills.archive(account, day, query.get("timestamp", ""), query.get("token", ""))
        if archive is None:
            return web.Response(status=403, text="this address was not given out, or its 30 seconds are over")
        return web.Response(
            body=archive,
            content_type="application/zip",
            headers={
                "Content-Disposition": f'attachment; filename="{file_name(account.removesuffix("0156"), day)}"'
            },
        )
