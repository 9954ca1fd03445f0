"""The merchants' file of payment, and whether each key in it can be used."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from anchorage_cli.doctor.check import Check, ok, warning, wrong
from anchorage_cli.doctor.keys import first_expiry, is_certificate, private_key, public_key
from contracts.payment import DEFAULT_MERCHANT

MIN_BITS = 2048
WARN_DAYS = 30
"""Before a certificate expires: Alipay needs some days to issue the next one."""
STEP_4 = "see `Go live`, step 4"


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant whose keys can be used."""

    name: str
    app_id: str
    gateway_url: str
    key: rsa.RSAPrivateKey
    alipay_keys: tuple[rsa.RSAPublicKey, ...]


def read_entries(file: Path) -> list[dict[str, Any]] | Check:
    """The entries of the file, or what is wrong with it."""
    what = f"merchants' file {file}"
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        return wrong(what, str(error.strerror), "set ANCHORAGE_ALIPAY_MERCHANTS as for payment")
    except ValueError as error:
        return wrong(what, f"not JSON: {error}", STEP_4)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return wrong(what, "not a list of objects", STEP_4)
    names = [str(entry.get("merchant")) for entry in entries]
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        return wrong(what, f"{', '.join(twice)} is there twice", "give each merchant a name of its own")
    if DEFAULT_MERCHANT not in names:
        return wrong(what, f"no merchant {DEFAULT_MERCHANT!r}", "mini programs start with it: add it")
    return entries


def check_merchant(
    entry: Mapping[str, Any], folder: Path, now: datetime
) -> tuple[list[Check], Merchant | None]:
    """Every key and certificate of one merchant, and the merchant if its keys can be used."""
    name = str(entry.get("merchant"))
    checks: list[Check] = []
    own = _read(f"{name}: app_private_key_file", entry.get("app_private_key_file"), folder, checks)
    named = entry.get("alipay_public_key_files") or []
    theirs = [_read(f"{name}: alipay_public_key_files", path, folder, checks) for path in named]
    if not named:
        checks.append(
            wrong(f"{name}: alipay_public_key_files", "none", f"download Alipay's public key: {STEP_4}")
        )
    key = _private(name, own, checks)
    alipay_keys = [_public(name, text, key, checks) for text in theirs if text is not None]
    checks += _others(name, entry, folder, key, now)
    usable = [found for found in alipay_keys if found is not None]
    if key is None or not usable:
        return checks, None
    merchant = Merchant(name, str(entry.get("app_id")), str(entry.get("gateway_url")), key, tuple(usable))
    return checks, merchant


def _read(what: str, path: object, folder: Path, checks: list[Check]) -> bytes | None:
    try:
        return (folder / str(path)).read_bytes()
    except OSError as error:
        checks.append(wrong(what, f"{path}: {error.strerror}", "paths are relative to the merchants' file"))
        return None


def _private(name: str, text: bytes | None, checks: list[Check]) -> rsa.RSAPrivateKey | None:
    if text is None:
        return None
    what = f"{name}: private key"
    try:
        key = private_key(text)
    except (ValueError, TypeError) as error:
        checks.append(wrong(what, f"cannot be read: {error}", f"make an RSA key: {STEP_4}"))
        return None
    if key.key_size < MIN_BITS:
        checks.append(wrong(what, f"{key.key_size} bits", f"Alipay wants {MIN_BITS}: {STEP_4}"))
    else:
        checks.append(ok(what, f"RSA, {key.key_size} bits"))
    return key


def _public(
    name: str, text: bytes, own: rsa.RSAPrivateKey | None, checks: list[Check]
) -> rsa.RSAPublicKey | None:
    what = f"{name}: Alipay's public key"
    try:
        key = public_key(text)
    except (ValueError, TypeError) as error:
        checks.append(wrong(what, f"cannot be read: {error}", f"download it again: {STEP_4}"))
        return None
    if own is not None and key.public_numbers() == own.public_key().public_numbers():
        checks.append(
            wrong(
                what,
                "it is your own public key",
                "download Alipay's public key, which Alipay shows after you upload yours",
            )
        )
        return None
    checks.append(ok(what, f"RSA, {key.key_size} bits"))
    return key


def _others(
    name: str, entry: Mapping[str, Any], folder: Path, own: rsa.RSAPrivateKey | None, now: datetime
) -> Iterator[Check]:
    """Certificates, wherever a field names one, and our own public key or certificate next to the private key."""
    for field, value in entry.items():
        for path in _paths(field, value):
            file = folder / path
            text = file.read_bytes() if file.is_file() else b""
            if is_certificate(text):
                yield _expiry(f"{name}: {field}", text, now)
            is_ours = field.startswith("app_") and field != "app_private_key_file"
            if is_ours and own is not None:
                yield _matches(f"{name}: {field}", text, own)


def _paths(field: str, value: object) -> Sequence[str]:
    if field.endswith("_file") and isinstance(value, str):
        return [value]
    return [str(one) for one in value] if field.endswith("_files") and isinstance(value, list) else []


def _matches(what: str, text: bytes, own: rsa.RSAPrivateKey) -> Check:
    try:
        same = public_key(text).public_numbers() == own.public_key().public_numbers()
    except (ValueError, TypeError) as error:
        return wrong(what, f"cannot be read: {error}", STEP_4)
    if same:
        return ok(what, "belongs to the private key")
    return wrong(what, "does not belong to the private key", "use the pair that you uploaded to Alipay")


def _expiry(what: str, text: bytes, now: datetime) -> Check:
    try:
        days = (first_expiry(text) - now).days
    except ValueError as error:
        return wrong(what, f"cannot be read: {error}", STEP_4)
    if days < 0:
        return wrong(what, f"expired {-days} days ago", "get the next certificate from Alipay")
    if days < WARN_DAYS:
        return warning(what, f"expires in {days} days", "get the next certificate from Alipay")
    return ok(what, f"valid for {days} days")
