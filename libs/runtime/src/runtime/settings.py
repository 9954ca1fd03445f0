"""Settings that every service has, from ANCHORAGE_* variables; a service adds its own in a subclass."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, FilePath, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from runtime.kafka.login import KafkaLogin


class ServiceSettings(BaseSettings):
    """Read once at start; a missing or wrong value stops the process and names the variable."""

    model_config = SettingsConfigDict(env_prefix="ANCHORAGE_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535, description="0 takes a free port")
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="of `/metrics`, which is not for the public; 0 takes a free port",
    )
    kafka: str = Field(default="127.0.0.1:9092", description="bootstrap servers")
    kafka_ca: FilePath | None = Field(
        default=None, description="PEM file of the CA of the brokers; turns on TLS"
    )
    kafka_username: str = Field(default="", description="user of Kafka, with SCRAM-SHA-512 over TLS")
    kafka_password: str = Field(default="", description="password of this user", repr=False)
    mongodb_uri: str = "mongodb://127.0.0.1:27017/?replicaSet=rs0"
    prefix: str = Field(
        default="",
        pattern=r"^[a-z0-9_]{0,24}$",
        description="put before the names of topics, groups and databases",
    )
    identity_url: str = Field(
        default="http://127.0.0.1:8101", description="where the public keys of tokens are"
    )
    log_level: str = "INFO"
    trace_ratio: float = Field(default=1.0, ge=0, le=1, description="share of new traces that are recorded")
    trace_dir: Path | None = Field(
        default=None, description="also write finished spans here, one file a service"
    )
    graceful_timeout: timedelta = Field(
        default=timedelta(seconds=8), description="containers are killed 10 s after they are asked to stop"
    )

    @model_validator(mode="after")
    def _complete_login(self) -> Self:
        self.kafka_login.options()
        return self

    @property
    def kafka_login(self) -> KafkaLogin:
        """How Kafka's clients log in."""
        return KafkaLogin(self.kafka_ca, self.kafka_username, self.kafka_password)

    def database(self, service: str) -> str:
        """The name of the service's own database."""
        return f"{self.prefix}{service}"

    def topic(self, name: str) -> str:
        """The name of a topic on this installation's broker."""
        return f"{self.prefix}{name}"

    def group(self, service: str, subscription: str) -> str:
        """The consumer group of one subscription of one service."""
        return f"{self.prefix}{service}.{subscription}"
