"""`make run`: everything on this machine, from the first download to an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from anchorage_local import demo
from anchorage_local.console import Say
from anchorage_local.infra import Infrastructure, allow_many_files
from anchorage_local.ports import claim, free_port
from anchorage_local.secrets import Secrets
from anchorage_local.services import STAGES, System, choose_ports, service_part
from anchorage_local.settings import LocalSettings
from anchorage_local.supervisor import Part, Supervisor
from anchorage_local.turn import take_turn
from runtime.kafka.topics import ensure_topics


def run(settings: LocalSettings, say: Say, only: Collection[str] = ()) -> None:
    """Start everything (or, of the services, `only` these), and keep it running until a signal's handler raises.

    Raises PortTaken, StartFailed, FetchFailed, NotInstalled or AlreadyRunning, each with a text for the person.
    """
    allow_many_files()
    folder = settings.data
    with take_turn(folder, say) as turn:
        (folder / demo.FILE).unlink(missing_ok=True)
        pair, system = _plan(settings, say)
        infrastructure = _not_given(pair, settings)
        services = [service_part(name, system) for name in STAGES if not only or name in only]
        for part in (*infrastructure, *services):
            claim(part.port, part.name, f"ANCHORAGE_{part.name.upper()}_PORT")
        supervisor = Supervisor(say, turn.record)
        try:
            say("starting Kafka and MongoDB")
            supervisor.start(infrastructure)
            asyncio.run(ensure_topics(system.kafka, settings.prefix))
            say("starting the services")
            supervisor.start(services)
            if not only:
                say("loading the demo")
                demo.write_file(system, demo.load(system))
            say(_welcome(system, services))
            supervisor.watch()
        finally:
            (folder / demo.FILE).unlink(missing_ok=True)
            say("stopping")
            supervisor.stop()


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
        secrets=Secrets(settings.data / "secrets"),
        folder=settings.data,
    )
    return pair, system


def _not_given(pair: Infrastructure, settings: LocalSettings) -> list[Part]:
    """What has to be started of Kafka and MongoDB."""
    given = {"kafka": settings.kafka, "mongodb": settings.mongodb_uri}
    return [part for part in pair.parts if not given[part.name]]


def _welcome(system: System, services: Sequence[Part]) -> str:
    started = "\n".join(f"  {part.name:<16} {system.url(part.name)}" for part in services)
    return f"""
Anchorage is running.
{started}
  {"kafka":<16} {system.kafka}
  {"mongodb":<16} {system.mongodb}
{_what_to_try(system) if len(services) == len(STAGES) else ""}
Logs are in {system.folder / "logs"}. Ctrl-C stops everything."""


def _what_to_try(system: System) -> str:
    return f"""
Try:
  {system.url("host_demo")}  the demo host app, in a browser
  {system.url("gateway")}/docs  the gateway's calls; credentials are in {system.folder / demo.FILE}
  make demo  plays the story from a video to a paid order, in another shell
"""
