"""Creates the key files of a new sandbox: Alipay's pair, two merchants' pairs and `merchants.json`."""

from pathlib import Path

from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.adapters.merchant_file import ENTRIES, MerchantEntry

ALIPAY_PRIVATE_KEY = "alipay_private_key.pem"
MERCHANTS = "merchants.json"

# the platform's own merchant, and one for trying Alipay client libraries
_MERCHANTS = (
    ("platform", "Anchorage 安可商城", "2021000000000001", "2088000000000001"),
    ("test", "Sandbox test merchant 测试商户", "2021000000000002", "2088000000000002"),
)


def make_key_files(directory: Path) -> list[Path]:
    """Creates missing files and leaves existing ones; returns the files created.

    Private keys are PKCS#1 PEM, readable by their owner only; public keys are SPKI PEM.
    """
    directory.mkdir(parents=True, exist_ok=True)
    made = _make_pair(directory, "alipay")
    entries = []
    for short, name, app_id, seller_id in _MERCHANTS:
        made += _make_pair(directory, short)
        public = Path(f"{short}_public_key.pem")
        entries.append(
            MerchantEntry(name=name, app_id=app_id, seller_id=seller_id, app_public_key_files=[public])
        )
    listing = directory / MERCHANTS
    if not listing.exists():
        listing.write_bytes(ENTRIES.dump_json(entries, indent=2) + b"\n")
        made.append(listing)
    return made


def _make_pair(directory: Path, short: str) -> list[Path]:
    private = directory / f"{short}_private_key.pem"
    public = directory / f"{short}_public_key.pem"
    made = []
    if not private.exists():
        private.touch(mode=0o600)
        private.write_bytes(SigningKey.generate().private_pem())
        public.unlink(missing_ok=True)
        made.append(private)
    if not public.exists():
        public.write_bytes(SigningKey.read(private).public_pem())
        made.append(public)
    return made
