"""Secrets are made once, and only their owner reads them."""

from __future__ import annotations

from pathlib import Path

from anchorage_local.secrets import Secrets


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_secret_is_the_same_at_each_start_and_differs_by_name(tmp_path: Path) -> None:
    token = Secrets(tmp_path).token("openid")
    assert len(bytes.fromhex(token)) == 32
    assert Secrets(tmp_path).token("openid") == token
    assert Secrets(tmp_path).token("viewer") != token


def test_only_their_owner_reads_them(tmp_path: Path) -> None:
    secrets = Secrets(tmp_path / "secrets")
    secrets.token("openid")
    assert mode(tmp_path / "secrets" / "openid") == 0o600
    assert mode(secrets.folder("alipay")) == 0o700
