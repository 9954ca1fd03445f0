"""Generates the sandbox's keys once, in a folder that the containers share.

At each start it also writes the payment service's list of merchants, with the address at which a browser finds the
cashier (ALIPAY_SANDBOX_PUBLIC_URL).
"""

import json
import os
import subprocess
import sys
from pathlib import Path

folder = Path("/keys")
if not (folder / "merchants.json").exists():
    subprocess.run([sys.executable, "-m", "alipay_sandbox", "keys", "--dir", str(folder)], check=True)  # noqa: S603
merchants = json.loads((folder / "merchants.json").read_text(encoding="utf-8"))
entry = {
    "merchant": "default",
    "app_id": merchants[0]["app_id"],
    "seller_id": merchants[0]["seller_id"],
    "gateway_url": "http://alipay-sandbox:8090/gateway.do",
    "page_url": os.environ["ALIPAY_SANDBOX_PUBLIC_URL"].rstrip("/") + "/gateway.do",
    "app_private_key_file": "platform_private_key.pem",
    "alipay_public_key_files": ["alipay_public_key.pem"],
}
(folder / "collects.json").write_text(json.dumps([entry]), encoding="utf-8")
