"""Settings, from the environment (prefix ANCHORAGE_)."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from alipay_sandbox.adapters.key_files import ALIPAY_CERT, ALIPAY_PRIVATE_KEY, MERCHANTS, ROOT_CERT


class Settings(BaseSettings):
    """The sandbox's settings."""

    model_config = SettingsConfigDict(env_prefix="ANCHORAGE_", frozen=True, extra="ignore")

    mongodb_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    prefix: str = Field("", pattern=r"^[a-z0-9_]{0,24}$")

    log_level: str = "INFO"

    alipay_sandbox_host: str = "127.0.0.1"
    alipay_sandbox_port: int = 8090
    # more addresses to listen on, for clients that cannot use a port (`127.0.0.9:80`)
    alipay_sandbox_extra_addresses: list[str] = []
    # how QR codes, bill addresses and return addresses start; by default the address that a call came to
    alipay_sandbox_public_url: str = ""
    alipay_sandbox_keys: Path = Path("keys")
    # how far a call's timestamp may be off; a day, because clients send the local time of any zone
    alipay_sandbox_timestamp_skew: timedelta = timedelta(days=1)
    # how long a merchant may take to answer a notice, in real time
    alipay_sandbox_notice_timeout: timedelta = timedelta(seconds=10)
    # notices sent concurrently
    alipay_sandbox_notices_at_once: int = Field(64, ge=1, le=1000)

    @property
    def database(self) -> str:
        """The name of the sandbox's database."""
        return f"{self.prefix}alipay_sandbox"

    @property
    def alipay_private_key_file(self) -> Path:
        """Alipay's own key, PKCS#1 or PKCS#8 PEM."""
        return self.alipay_sandbox_keys / ALIPAY_PRIVATE_KEY

    @property
    def alipay_cert_file(self) -> Path:
        """Alipay's certificate and its issuer's, PEM."""
        return self.alipay_sandbox_keys / ALIPAY_CERT

    @property
    def root_cert_file(self) -> Path:
        """The root certificate, PEM."""
        return self.alipay_sandbox_keys / ROOT_CERT

    @property
    def merchants_file(self) -> Path:
        """The list of merchants."""
        return self.alipay_sandbox_keys / MERCHANTS
