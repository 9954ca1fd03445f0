"""`anchorage doctor`: faults of keys, certificates, clocks and addresses are found, each with what to do."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from anchorage_cli.doctor.check import Check, Result
from anchorage_cli.doctor.kafka import check_kafka
from anchorage_cli.doctor.keys import sign
from anchorage_cli.doctor.merchants import Merchant, check_merchant, read_entries
from anchorage_cli.doctor.mongodb import check_mongodb
from anchorage_cli.doctor.network import check_dns, check_notify, check_tls, clock, compared, is_public
from anchorage_cli.doctor.question import ask
from anchorage_cli.installation import Installation
from contracts.topics import ORDERS
from runtime.clock import system_clock
from runtime.kafka.topics import ensure_topics

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
OURS, ALIPAYS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
WEAK = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - a fault to find


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def certificate(key: rsa.RSAPrivateKey, ends: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, ends - timedelta(days=365), ends)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Key files of a merchant whose everything is right, and of some faults."""
    files = {
        "app.pem": pem(OURS), "alipay.pem": public_pem(ALIPAYS), "weak.pem": pem(WEAK), "own.pem": public_pem(OURS),
        "bare.txt": base64.b64encode(
            OURS.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        "text.pem": b"hello", "good.crt": certificate(OURS, NOW + timedelta(days=200)),
        "soon.crt": certificate(OURS, NOW + timedelta(days=5)), "old.crt": certificate(ALIPAYS, NOW - timedelta(days=5)),
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def entry(**fields: Any) -> dict[str, Any]:
    return {
        "merchant": "default", "app_id": "2021", "seller_id": "2088000000000000", "gateway_url": "https://alipay.example",
        "app_private_key_file": "app.pem", "alipay_public_key_files": ["alipay.pem"],
    } | fields  # fmt: skip


def worst(checks: list[Check]) -> Check | None:
    faults = [check for check in checks if check.result is not Result.OK]
    return faults[0] if faults else None


@pytest.mark.parametrize("fields", [{}, {"app_private_key_file": "bare.txt"}, {"app_cert_file": "good.crt"}])
def test_good_keys_are_good(folder: Path, fields: dict[str, Any]) -> None:
    checks, merchant = check_merchant(entry(**fields), folder, NOW)
    assert worst(checks) is None
    assert merchant is not None


@pytest.mark.parametrize(
    ("fields", "result", "says"),
    [
        ({"app_private_key_file": "weak.pem"}, "wrong", "1024 bits"),
        ({"app_private_key_file": "text.pem"}, "wrong", "cannot be read"),
        ({"app_private_key_file": "none.pem"}, "wrong", "No such file"),
        ({"alipay_public_key_files": ["own.pem"]}, "wrong", "it is your own public key"),
        ({"alipay_public_key_files": ["text.pem"]}, "wrong", "cannot be read"),
        ({"alipay_public_key_files": []}, "wrong", "none"),
        ({"app_public_key_file": "alipay.pem"}, "wrong", "does not belong to the private key"),
        ({"app_cert_file": "soon.crt"}, "warning", "expires in 5 days"),
        ({"alipay_root_cert_file": "old.crt"}, "wrong", "expired 5 days ago"),
        ({"app_cert_file": "old.crt"}, "wrong", "expired 5 days ago"),
    ],
)
def test_a_fault_of_a_key_is_named(folder: Path, fields: dict[str, Any], result: str, says: str) -> None:
    fault = worst(check_merchant(entry(**fields), folder, NOW)[0])
    assert fault is not None
    assert fault.result == result
    assert says in fault.found
    assert fault.do


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "not JSON"),
        ("{}", "not a list"),
        (json.dumps([entry(), entry()]), "default is there twice"),
        (json.dumps([entry(merchant="mine")]), "no merchant 'default'"),
    ],
)
def test_a_fault_of_the_merchants_file_is_named(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "merchants.json"
    file.write_text(content, encoding="utf-8")
    found = read_entries(file)
    assert isinstance(found, Check)
    assert says in found.found


def answer(key: rsa.RSAPrivateKey, **fields: str) -> web.Response:
    content = json.dumps(fields, separators=(",", ":"))
    return web.Response(
        text=f'{{"alipay_trade_query_response":{content},"sign":"{sign(key, content)}"}}',
        content_type="application/json",
    )


@pytest.mark.parametrize(
    ("key", "fields", "result", "says"),
    [
        (ALIPAYS, {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}, "ok", "signed by Alipay"),
        (OURS, {"code": "40004", "sub_code": "ACQ.TRADE_NOT_EXIST"}, "wrong", "not signed"),
        (ALIPAYS, {"code": "40002", "sub_code": "isv.invalid-signature"}, "wrong", "isv.invalid-signature"),
        (ALIPAYS, {"code": "10000", "trade_status": "TRADE_SUCCESS"}, "wrong", "code 10000"),
    ],
)
async def test_the_question_to_alipay_must_be_answered_as_expected_and_signed(
    key: rsa.RSAPrivateKey, fields: dict[str, str], result: str, says: str
) -> None:
    async def gateway(request: web.Request) -> web.Response:
        assert request.query["method"] == "alipay.trade.query"
        return answer(key, **fields)

    app = web.Application()
    app.router.add_post("/gateway.do", gateway)
    async with TestServer(app, host="127.0.0.1") as server, aiohttp.ClientSession() as http:
        url = str(server.make_url("/gateway.do"))
        merchant = Merchant("default", "2021", url, OURS, (ALIPAYS.public_key(),))
        found = await ask(http, merchant, NOW)
    assert (found.result, says in found.found) == (result, True), found


@pytest.mark.parametrize(
    ("ahead", "result"), [(0.4, "ok"), (-1.5, "ok"), (5, "warning"), (-5, "warning"), (120, "wrong")]
)
def test_clocks_may_differ_by_little(ahead: float, result: str) -> None:
    assert compared("clock", ahead).result == result


def test_the_clock_of_a_server_is_in_its_date_header() -> None:
    assert clock("clock", format_datetime(system_clock(), usegmt=True)).result is Result.OK
    assert (
        clock("clock", format_datetime(system_clock() - timedelta(hours=1), usegmt=True)).result
        is Result.WRONG
    )
    assert clock("clock", None).result is Result.WARNING
    assert clock("clock", "soon").result is Result.WARNING


async def test_private_addresses_are_wrong_only_where_the_world_must_reach_them() -> None:
    assert not is_public([])
    assert not is_public(["8.8.8.8", "10.0.0.1"])
    assert is_public(["8.8.8.8"])
    local = "http://127.0.0.1:8080"
    assert (await check_dns("notify", local, must_be_public=True, who="Alipay")).result is Result.WRONG
    assert (await check_dns("notify", local, must_be_public=False, who="Alipay")).result is Result.WARNING
    assert (
        await check_dns("notify", "http://nothing.invalid", must_be_public=False, who="A")
    ).result is Result.WRONG
    assert (await check_tls("public", local, must_be_https=True)).result is Result.WRONG
    assert (await check_tls("public", "https://127.0.0.1:1", must_be_https=True)).result is Result.WRONG


async def test_a_notify_address_that_leads_elsewhere_is_wrong() -> None:
    async with TestServer(web.Application(), host="127.0.0.1") as server, aiohttp.ClientSession() as http:
        found = await check_notify(http, str(server.make_url("")).rstrip("/"))
    assert found.result is Result.WRONG
    assert "404" in found.found


async def test_kafka_is_compared_with_the_contracts(kafka_bootstrap: str, prefix: str) -> None:
    where = Installation(kafka_bootstrap, "", prefix, Path())
    await ensure_topics(kafka_bootstrap, prefix, [ORDERS])
    checks = {check.what: check for check in await check_kafka(where)}
    assert checks["Kafka: login"].result is Result.OK
    assert f"Kafka: topic {prefix}orders" not in checks
    assert checks[f"Kafka: topic {prefix}payments"].found == "missing"
    await ensure_topics(kafka_bootstrap, prefix)
    checks = {check.what: check for check in await check_kafka(where)}
    assert checks["Kafka: topics"].result is Result.OK


async def test_a_kafka_and_a_mongodb_that_do_not_answer_are_one_line_each() -> None:
    where = Installation("127.0.0.1:1", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=300", "", Path())
    [_, kafka] = await check_kafka(where)
    [mongodb] = await check_mongodb(where)
    assert (kafka.result, mongodb.result) == (Result.WRONG, Result.WRONG)


async def test_mongodb_is_a_replica_set_whose_clock_is_ours(mongodb_uri: str, prefix: str) -> None:
    checks = {
        check.what: check for check in await check_mongodb(Installation("", mongodb_uri, prefix, Path()))
    }
    assert checks["MongoDB: replica set"].result is Result.WARNING  # one member
    assert checks["clock of MongoDB"].result is Result.OK
    assert checks["MongoDB: rights"].result is Result.OK
    assert checks["MongoDB: login"].found == "none"
