"""Creates the key files of a new sandbox: Alipay's pair and certificates, three merchants' pairs and `merchants.json`."""

from pathlib import Path

from alipay_sandbox.adapters.certificates import Issuer, to_pem
from alipay_sandbox.adapters.keys import SigningKey
from alipay_sandbox.adapters.merchant_file import ENTRIES, MerchantEntry

ALIPAY_PRIVATE_KEY = "alipay_private_key.pem"
ALIPAY_CERT, ROOT_CERT = "alipay_cert.pem", "alipay_root_cert.pem"
"""Alipay's certificate with that of its issuer, and the root."""
MERCHANTS = "merchants.json"
CERTIFIED = "certified"
"""The merchant in certificate mode, as in the names of its files."""

# the platform's own merchant, one for trying Alipay client libraries, and one for trying them with certificates
_MERCHANTS = (
    ("platform", "Anchorage 安可商城", "2021000000000001", "2088000000000001"),
    ("test", "Sandbox test merchant 测试商户", "2021000000000002", "2088000000000002"),
    (CERTIFIED, "Sandbox certificate merchant 证书商户", "2021000000000003", "2088000000000003"),
)


def make_key_files(directory: Path) -> list[Path]:
    """Creates missing files and leaves existing ones; returns the files created.

    Private keys are PKCS#1 PEM, readable by their owner only; public keys are SPKI PEM; certificates are PEM.
    """
    directory.mkdir(parents=True, exist_ok=True)
    made = [
        *_make_pair(directory, "alipay"),
        *_make_pair(directory, "root"),
        *_make_pair(directory, "issuer"),
    ]
    entries = []
    for short, name, app_id, seller_id in _MERCHANTS:
        made += _make_pair(directory, short)
        certified = short == CERTIFIED
        public, certificate = Path(f"{short}_public_key.pem"), Path(f"{short}_app_cert.pem")
        entries.append(
            MerchantEntry(
                name=name,
                app_id=app_id,
                seller_id=seller_id,
                app_public_key_files=[] if certified else [public],
                app_cert_files=[certificate] if certified else [],
            )
        )
    made += _make_certificates(directory)
    listing = directory / MERCHANTS
    if not listing.exists():
        listing.write_bytes(ENTRIES.dump_json(entries, indent=2) + b"\n")
        made.append(listing)
    return made


def renew_alipay(directory: Path) -> None:
    """Give Alipay another key and certificate, as when Alipay renews its own. Takes effect when the sandbox starts."""
    for old in ("alipay_private_key.pem", "alipay_public_key.pem", ALIPAY_CERT):
        (directory / old).unlink()
    make_key_files(directory)


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


def _make_certificates(directory: Path) -> list[Path]:
    def key_of(short: str) -> SigningKey:
        return SigningKey.read(directory / f"{short}_private_key.pem")

    root, issuer = (
        Issuer.named("Sandbox Root R1", key_of("root")),
        Issuer.named("Sandbox Class 2 R1", key_of("issuer")),
    )
    own, app = directory / ROOT_CERT, directory / f"{CERTIFIED}_app_cert.pem"
    alipay = directory / ALIPAY_CERT
    made = [file for file in (own, alipay, app) if not file.exists()]
    if own in made:
        own.write_bytes(to_pem(root.issue("Sandbox Root R1", "", root.key, authority=True)))
    if alipay in made:
        leaf = issuer.issue("Alipay sandbox", "Alipay sandbox", key_of("alipay"))
        between = root.issue("Sandbox Class 2 R1", "", issuer.key, authority=True)
        alipay.write_bytes(to_pem(leaf, between))
    if app in made:
        _, name, app_id, _ = _MERCHANTS[-1]
        app.write_bytes(to_pem(issuer.issue(app_id, name, key_of(CERTIFIED))))
    return made
