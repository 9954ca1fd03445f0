"""Runs inside the environment of python-alipay-sdk: one JSON command a line in, one JSON result a line out.

The client is used as published; only the address is changed, by the attribute that it keeps it in.
"""

import json
import sys

from alipay import AliPay, DCAliPay


def main():
    settings = json.loads(sys.stdin.readline())
    common = {
        "appid": settings["app_id"],
        "app_notify_url": settings["notify_url"],
        "app_private_key_string": settings["app_private_key"],
        "sign_type": "RSA2",
    }
    if "app_cert_text" in settings:
        client = DCAliPay(
            **common,
            app_public_key_cert_string=settings["app_cert_text"],
            alipay_public_key_cert_string=settings["alipay_cert_text"],
            alipay_root_cert_string=settings["root_cert_text"],
        )
    else:
        client = AliPay(**common, alipay_public_key_string=settings["alipay_public_key"])
    client._gateway = settings["gateway"]
    for line in sys.stdin:
        command = json.loads(line)
        try:
            result = {"result": perform(client, command)}
        except Exception as error:
            result = {"error": type(error).__name__, "message": str(error)[:500]}
        print(json.dumps(result), flush=True)


def perform(client, command):
    if command["how"] == "verify":
        fields = dict(command["fields"])
        return client.verify(fields, fields.pop("sign"))
    if command["how"] == "generic":
        return client.server_api(command["method"], command["biz"])
    method = getattr(client, "api_" + command["method"].replace(".", "_"))
    options = {name: command[name] for name in ("return_url", "notify_url") if name in command}
    return method(**command["biz"], **options)


main()
