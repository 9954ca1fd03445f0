"""Secrets are made once, and only their owner reads them."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from anchorage_local.secrets import Secrets


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_secret_is_the_same_at_each_start_and_differs_by_name(tmp_path: Path) -> None:
    token = Secrets(tmp_path).token("openid")
    assert len(bytes.fromhex(token)) == 32
    assert Secrets(tmp_path).token("openid") == token
    assert Secrets(tmp_path).token("viewer") != token


def test_a_key_is_the_same_at_each_start(tmp_path: Path) -> None:
    file = Secrets(tmp_path).rsa_key_file("identity")
    first = file.read_bytes()
    load_pem_private_key(first, password=None)
    assert Secrets(tmp_path).rsa_key_file("identity").read_bytes() == first


def test_only_their_owner_reads_them(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    secrets.token("openid")
    key = secrets.rsa_key_file("identity")
    assert mode(key) == 0o600
    assert mode(tmp_path / "secrets" / "openid") == 0o600
    assert mode(secrets.folder("alipay")) == 0o700
