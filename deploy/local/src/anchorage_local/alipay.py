"""Key files for the Alipay sandbox and for those who collect through it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from anchorage_local.files import PRIVATE, write_whole
from anchorage_local.process import StartFailed
from anchorage_local.secrets import Secrets

GATEWAY_PATH = "/gateway.do"
COLLECTS, TRIES = "platform", "test"
"""The sandbox's two merchants, by the names of their key files: the one that collects for every mini program, and the
one that a person may try an Alipay client library with."""


def key_folder(secrets: Secrets) -> Path:
    """The sandbox's key files; it makes them itself at the first start."""
    folder = secrets.folder("alipay").resolve()
    if not (folder / "merchants.json").exists():
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "alipay_sandbox", "keys", "--dir", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StartFailed(f"the Alipay sandbox could not make its keys:\n{done.stdout}{done.stderr}")
    return folder


def merchant(secrets: Secrets, short: str, sandbox_url: str) -> dict[str, str]:
    """What a merchant's own side has to know to collect: its ids, its private key, Alipay's public key."""
    folder = key_folder(secrets)
    public = f"{short}_public_key.pem"
    [entry] = [
        entry
        for entry in json.loads((folder / "merchants.json").read_text())
        if public in entry["app_public_key_files"]
    ]
    return {
        "gateway_url": sandbox_url + GATEWAY_PATH,
        "app_id": entry["app_id"],
        "seller_id": entry["seller_id"],
        "app_private_key_file": str(folder / f"{short}_private_key.pem"),
        "alipay_public_key_file": str(folder / "alipay_public_key.pem"),
    }


def write_merchants(secrets: Secrets, sandbox_url: str) -> Path:
    """The payment service's list of merchants: one, who collects for all."""
    collects = merchant(secrets, COLLECTS, sandbox_url)
    keys = [collects.pop("alipay_public_key_file")]
    path = key_folder(secrets) / "collects.json"
    entry = {"merchant": "default", **collects, "alipay_public_key_files": keys}
    write_whole(path, json.dumps([entry], indent=2), PRIVATE)
    return path
