"""Key files of the Alipay sandbox and of the merchants that collect through it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from anchorage_local.files import PRIVATE, write_atomically
from anchorage_local.process import StartFailed
from anchorage_local.secrets import Secrets

GATEWAY_PATH = "/gateway.do"
COLLECTING, TRIAL = "platform", "test"
"""The sandbox's two merchants, as in the names of their key files: one collects for every mini program, the other is
for trying an Alipay client library."""


def key_folder(secrets: Secrets, overrides: Mapping[str, str]) -> Path:
    """The folder of the sandbox's key files, which it generates on first use."""
    given = overrides.get("ANCHORAGE_ALIPAY_SANDBOX_KEYS")
    folder = (Path(given) if given else secrets.folder("alipay")).resolve()
    if not (folder / "merchants.json").exists():
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "alipay_sandbox", "keys", "--dir", str(folder)],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
        if done.returncode:
            raise StartFailed(f"the Alipay sandbox could not generate its keys:\n{done.stdout}{done.stderr}")
    return folder


def merchant(secrets: Secrets, overrides: Mapping[str, str], short: str, sandbox_url: str) -> dict[str, str]:
    """What a merchant needs to collect: its ids, its private key and Alipay's public key."""
    folder = key_folder(secrets, overrides)
    public = f"{short}_public_key.pem"
    [entry] = [
        entry
        for entry in json.loads((folder / "merchants.json").read_text(encoding="utf-8"))
        if public in entry["app_public_key_files"]
    ]
    return {
        "gateway_url": sandbox_url + GATEWAY_PATH,
        "app_id": entry["app_id"],
        "seller_id": entry["seller_id"],
        "app_private_key_file": str(folder / f"{short}_private_key.pem"),
        "alipay_public_key_file": str(folder / "alipay_public_key.pem"),
    }


def merchants_file(secrets: Secrets, overrides: Mapping[str, str]) -> Path:
    """The payment service's list of merchants: the user's own, or the one that `write_merchants` writes."""
    given = overrides.get("ANCHORAGE_ALIPAY_MERCHANTS")
    return Path(given).resolve() if given else key_folder(secrets, overrides) / "collects.json"


def write_merchants(secrets: Secrets, overrides: Mapping[str, str], sandbox_url: str) -> Path:
    """Write the payment service's list of merchants: one merchant, which collects for every mini program."""
    collects = merchant(secrets, overrides, COLLECTING, sandbox_url)
    keys = [collects.pop("alipay_public_key_file")]
    entry = {"merchant": "default", **collects, "alipay_public_key_files": keys}
    if public := overrides.get("ANCHORAGE_ALIPAY_SANDBOX_PUBLIC_URL"):
        entry["page_url"] = public.rstrip("/") + GATEWAY_PATH  # where a browser finds the cashier
    path = merchants_file(secrets, overrides)
    write_atomically(path, json.dumps([entry], indent=2), PRIVATE)
    return path
