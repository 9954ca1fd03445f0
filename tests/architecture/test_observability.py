"""Alerts and dashboards ask for metrics, labels and events that exist; alerts name a section of the runbooks; promtool agrees."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import yaml

import contracts
from contracts.event import EVENTS
from support.metrics_page import series

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "observability"
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"][
    0
]["rules"]
DASHBOARDS = sorted((FOLDER / "dashboards").glob("*.json"))
PROMETHEUS_OWN = {"up", "job", "instance", "le"}
STRING = re.compile(r'"[^"]*"')
NAME = re.compile(r"\b(?:anchorage|http|messaging|db)_\w+")


def dashboard_queries() -> Iterator[tuple[str, str]]:
    for file in DASHBOARDS:
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{file.name}: {panel['title']}", target["expr"]


def queries() -> list[tuple[str, str]]:
    return [*((rule["alert"], rule["expr"]) for rule in RULES), *dashboard_queries()]


def unknown_names(query: str) -> set[str]:
    """What a query asks for that no instrument has: a series, or a label of the series that it asks for."""
    known = series()
    names = set(NAME.findall(STRING.sub("", query)))
    labels = set[str]().union(*(known[name] for name in names & known.keys()))
    return names - known.keys() - labels


@pytest.mark.parametrize(("place", "query"), queries())
def test_a_query_asks_for_metrics_and_labels_that_exist(place: str, query: str) -> None:
    assert unknown_names(query) == set(), place


def test_planted_names_that_do_not_exist_are_found() -> None:
    assert unknown_names("sum by (anchorage_task) (anchorage_stalled)") == {"anchorage_task"}
    assert unknown_names("rate(anchorage_orders_total[5m])") == {"anchorage_orders_total"}


def test_the_events_in_queries_are_events() -> None:
    for module in iter_modules(contracts.__path__):
        import_module(f"contracts.{module.name}")
    known = {event.__name__ for event in EVENTS.values()}
    asked = [names for _, query in queries() for names in re.findall(r'anchorage_event=~?"([^"]+)"', query)]
    assert asked
    assert {name for names in asked for name in names.split("|")} <= known


def test_each_metric_of_ours_is_on_a_dashboard() -> None:
    shown = " ".join(query for _, query in dashboard_queries())
    missing = {
        name for name in series() if not name.endswith(("_bucket", "_count", "_sum")) and name not in shown
    }
    assert missing == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_is_in_the_readme_and_names_a_section_of_the_runbooks(rule: dict[str, Any]) -> None:
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^## (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert anchor in anchors
    assert f"| `{rule['alert']}` |" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent() -> None:
    cases = yaml.safe_load((FOLDER / "alerts_test.yml").read_text(encoding="utf-8"))["tests"]
    tests = [test for case in cases for test in case["alert_rule_test"]]
    alerts = {rule["alert"] for rule in RULES}
    assert {test["alertname"] for test in tests if test["exp_alerts"]} == alerts
    assert {test["alertname"] for test in tests if not test["exp_alerts"]} == alerts


def test_the_collectors_pipelines_use_parts_that_it_defines() -> None:
    config = yaml.safe_load((FOLDER / "collector.yml").read_text(encoding="utf-8"))
    for pipeline in config["service"]["pipelines"].values():
        for kind in ("receivers", "processors", "exporters"):
            assert set(pipeline[kind]) <= set(config[kind])
    assert set(config["service"]["extensions"]) <= set(config["extensions"])


@pytest.mark.promtool
def test_prometheus_own_tool_accepts_the_rules_and_each_alert_fires_and_is_silent() -> None:
    promtool = shutil.which("promtool")
    assert promtool, "promtool is missing; it is in Debian's package prometheus"
    for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        done = subprocess.run(
            [promtool, *command], cwd=FOLDER, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
