"""`make run`: everything on this machine, from the first download to an orderly stop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Sequence
from urllib.parse import urlsplit

from aiokafka.errors import KafkaError

from anchorage_local import demo
from anchorage_local.console import Say
from anchorage_local.infra import Infrastructure, allow_many_files
from anchorage_local.overrides import overrides, without_effect
from anchorage_local.ports import HOST, ensure_free, free_port
from anchorage_local.process import StartFailed
from anchorage_local.run_lock import hold
from anchorage_local.secrets import Secrets
from anchorage_local.sellers import load_sellers, seller_parts
from anchorage_local.services import (
    System,
    choose_ports,
    choose_seller_ports,
    service_part,
    to_start,
    write_targets,
)
from anchorage_local.settings import LocalSettings
from anchorage_local.supervisor import Part, Supervisor
from runtime.kafka.topics import WrongTopic, ensure_topics
from runtime.settings import ServiceSettings


def run(settings: LocalSettings, say: Say, only: Collection[str] = (), *, with_demo: bool = True) -> None:
    """Start everything, or `only` these services, and keep it running until a signal handler raises.

    Without the demo no data is loaded, and the demo host app runs only if its hosts are set. Raises PortTaken,
    StartFailed, FetchFailed, NotInstalled, CannotBeSet, AlreadyRunning or SeedFailed, each with a text for the user.
    """
    allow_many_files()
    folder = settings.data
    with hold(folder, say) as lock:
        (folder / demo.FILE).unlink(missing_ok=True)
        pair, system = _plan(settings, say)
        for line in without_effect(os.environ):
            say(f"warning: {line}")
        infrastructure = _to_start(pair, settings)
        services = [service_part(name, system) for name in to_start(only, system, with_demo=with_demo)]
        sellers = seller_parts(system) if with_demo and not only else []
        for part in (*infrastructure, *services, *sellers):
            ensure_free(part.port, part.name, f"ANCHORAGE_{part.name.upper()}_PORT")
        write_targets(system)
        supervisor = Supervisor(say, lock.record)
        try:
            # All downloads first: the time limit of a start must not include them.
            pair.fetch([part.name for part in infrastructure])
            if infrastructure:
                say("starting " + " and ".join(part.name for part in infrastructure))
                supervisor.start(infrastructure)
            _create_topics(system)
            say("starting the services")
            supervisor.start(services)
            if not only:
                clients = demo.load(system, say) if with_demo else demo.without_data(system)
                if sellers:
                    clients["platforms"] = load_sellers(system, say)
                    supervisor.start(sellers)
                demo.write_file(system, [part.name for part in services], clients)
            say(_welcome(system, [*services, *sellers], complete=not only))
            supervisor.watch()
        finally:
            (folder / demo.FILE).unlink(missing_ok=True)
            say("stopping")
            supervisor.stop()


def _create_topics(system: System) -> None:
    try:
        login = ServiceSettings().kafka_login
        asyncio.run(ensure_topics(system.kafka, system.settings.prefix, login=login))
    except (KafkaError, WrongTopic, TimeoutError, OSError) as error:
        raise StartFailed(
            f"the topics could not be created on the Kafka at {system.kafka}: {error}"
        ) from error


def _plan(settings: LocalSettings, say: Say) -> tuple[Infrastructure, System]:
    pair = Infrastructure(
        settings.data,
        settings.programs,
        kafka_port=settings.kafka_port or free_port(),
        mongodb_port=settings.mongodb_port or free_port(),
        say=say,
    )
    system = System(
        settings=settings,
        kafka=settings.kafka or pair.kafka.bootstrap,
        mongodb=settings.mongodb_uri or pair.mongodb.uri,
        ports=choose_ports(settings),
        ports_of_sellers=choose_seller_ports(settings),
        secrets=Secrets(settings.data / "secrets"),
        folder=settings.data,
        overrides=overrides(os.environ),
    )
    return pair, system


def _to_start(pair: Infrastructure, settings: LocalSettings) -> list[Part]:
    """Kafka and MongoDB, without the one that is given."""
    given = {"kafka": settings.kafka, "mongodb": settings.mongodb_uri}
    return [part for part in pair.parts if not given[part.name]]


def _welcome(system: System, services: Sequence[Part], *, complete: bool) -> str:
    started = "\n".join(f"  {part.name:<16} http://{HOST}:{part.port}" for part in services)
    names = {part.name for part in services}
    return f"""
Anchorage is running.
{started}
  {"kafka":<16} {system.kafka}
  {"mongodb":<16} {_without_password(system.mongodb)}
{_what_to_try(system, names) if complete else ""}
Logs are in {system.folder / "logs"}. Ctrl-C stops everything."""


def _what_to_try(system: System, names: set[str]) -> str:
    file = system.folder / demo.FILE
    lines = [f"{system.url('gateway')}/docs  the gateway's calls; credentials are in {file}"]
    if "host_demo" in names:
        lines.insert(0, f"{system.url('host_demo')}  the demo host app, in a browser")
        lines += [
            f"http://{HOST}:{port}  {slug}, a platform that sells here"
            for slug, port in system.ports_of_sellers.items()
            if slug in names
        ]
        lines.append("make demo  plays the story from a video to a paid order, in another shell")
    return "\nTry:\n" + "\n".join(f"  {line}" for line in lines) + "\n"


def _without_password(uri: str) -> str:
    credentials, at, _ = urlsplit(uri).netloc.rpartition("@")
    return uri.replace(credentials + at, "***@", 1) if at else uri
