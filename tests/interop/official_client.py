"""Runs inside the environment of alipay-sdk-python: one JSON command a line in, one JSON result a line out.

The client is used as published. It cannot dial a port; where no address on port 80 was to be had, the function that
opens its connections is replaced by one that can (`dial_port` in the settings).
"""

import http.client
import importlib
import json
import sys
from urllib.parse import urlsplit

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.util import WebUtils
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa


def main():
    settings = json.loads(sys.stdin.readline())
    config = AlipayClientConfig()
    config.server_url = settings["gateway"]
    config.app_id = settings["app_id"]
    config.app_private_key = settings["app_private_key"]
    config.alipay_public_key = settings["alipay_public_key"]
    if settings["dial_port"]:
        WebUtils.get_http_connection = connect_to_port
    client = DefaultAlipayClient(config)
    for line in sys.stdin:
        command = json.loads(line)
        try:
            result = {"result": perform(client, settings, command)}
        except Exception as error:
            result = {"error": type(error).__name__, "message": str(error)[:500]}
        print(json.dumps(result), flush=True)


def connect_to_port(url, query_string, timeout):
    parts = urlsplit(url)
    return url + "?" + query_string, http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)


def perform(client, settings, command):
    if command["how"] == "verify":
        fields = {key: value for key, value in command["fields"].items() if key not in ("sign", "sign_type")}
        text = get_sign_content(fields).encode()
        return verify_with_rsa(settings["alipay_public_key"], text, command["fields"]["sign"])
    request = request_of(command)
    if command["how"] == "page":
        return client.page_execute(request, http_method=command["http_method"])
    if command["how"] == "order string":
        return client.sdk_execute(request)
    text = client.execute(request)
    response = made("response", command["method"], "Response")()
    response.parse_response_content(text)
    return {**json.loads(text), "is_success": response.is_success()}


def request_of(command):
    model = made("domain", command["method"], "Model").from_alipay_dict(command["biz"])
    request = made("request", command["method"], "Request")(biz_model=model)
    for option in ("notify_url", "return_url"):
        if option in command:
            setattr(request, option, command[option])
    return request


def made(package, method, suffix):
    words = "".join(word.capitalize() for word in method.split("."))
    name = words + suffix
    return getattr(importlib.import_module("alipay.aop.api." + package + "." + name), name)


main()
