"""The house rules hold in all code, and each of them finds a violation planted for it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import rules

ROOT = Path(__file__).parents[2]
DOMAIN = ("services/*/src/*/domain/**/*.py", "apps/*/src/*/domain/**/*.py")
SERVICES = "services/*/src/**/*.py"
EVERYTHING = (
    "libs/*/src/**/*.py",
    SERVICES,
    "apps/*/src/**/*.py",
    "clients/*/src/**/*.py",
    "deploy/*/src/**/*.py",
)

REACH = {
    rules.pure_domain: DOMAIN,
    rules.no_swallowed_errors: EVERYTHING,
    rules.explicit_encoding: (
        *EVERYTHING,
        "[lsad]*/*/tests/**/*.py",
        "tests/**/*.py",
        "[ls]*/*/bench/*.py",
        "deploy/docker/**/*.py",
        "conftest.py",
    ),
    rules.majority_writes: EVERYTHING,
    rules.redacted_logs: EVERYTHING,
    rules.no_float_money: EVERYTHING,
    rules.short_modules: EVERYTHING,
    rules.short_functions: EVERYTHING,
    rules.named_in_contracts: (SERVICES, "apps/*/src/**/*.py", "libs/runtime/src/**/*.py"),
}

BUILT_ELSEWHERE = "anchorage_client"
"""A package that is complete only once it is built, and not installed here: the import rules cannot read it."""

PLANTED = [
    (rules.pure_domain, "from datetime import datetime\nat = datetime.now()"),
    (rules.pure_domain, "import uuid\nnew = uuid.uuid4().hex"),
    (rules.pure_domain, "print('paid')"),
    (rules.pure_domain, "text = open('prices').read()"),
    (rules.no_swallowed_errors, "try:\n    f()\nexcept Exception:\n    pass"),
    (rules.no_swallowed_errors, "try:\n    f()\nexcept (ValueError, BaseException):\n    ..."),
    (rules.no_swallowed_errors, "for x in y:\n    try:\n        f()\n    except Exception:\n        continue"),
    (rules.no_swallowed_errors, "try:\n    f()\nexcept:\n    raise"),
    (rules.no_swallowed_errors, "with contextlib.suppress(Exception):\n    f()"),
    (rules.explicit_encoding, "text = path.read_text()"),
    (rules.explicit_encoding, "path.write_text('价格')"),
    (rules.explicit_encoding, "file = open(path)"),
    (rules.explicit_encoding, "file = path.open('w')"),
    (rules.explicit_encoding, "said = subprocess.run(['date'], text=True)"),
    (rules.redacted_logs, "try:\n    f()\nexcept OSError as wrong:\n    log.warning('no: %s', wrong)"),
    (rules.redacted_logs, "try:\n    f()\nexcept OSError as wrong:\n    log.info('no', extra={'why': str(wrong)})"),
    (rules.redacted_logs, "try:\n    f()\nexcept OSError as wrong:\n    _log.error(f'no: {wrong}')"),
    (rules.majority_writes, "concern = WriteConcern(1)"),
    (rules.majority_writes, "orders = db.with_options(write_concern=WriteConcern(w=0))"),
    (rules.majority_writes, "client = AsyncMongoClient(uri, w=1)"),
    (rules.majority_writes, "uri = 'mongodb://127.0.0.1/?replicaSet=rs0&w=1'"),
    (rules.no_float_money, "class Line:\n    unit_price: float"),
    (rules.no_float_money, "class Line:\n    total: float | None = None"),
    (rules.no_float_money, "def refund(amount: float) -> None: ..."),
    (rules.no_float_money, "def commission_of(order: Order) -> float: ..."),
    (rules.short_modules, "x = 1\n" * 301),
    (rules.short_functions, "def f():\n" + "    x = 1\n" * 50),
    (rules.named_in_contracts, "wanted = 'OrderPlaced'"),
    (rules.named_in_contracts, "wanted = 'anchorage.OrderPlaced.v1'"),
    (rules.named_in_contracts, "topic = 'orders.dlq'"),
    (rules.named_in_contracts, "ours = Topic('orders', 'order_id', 'checkout', 12)"),
]  # fmt: skip

HARMLESS = [
    (rules.pure_domain, "def pay(order, now):\n    return order.paid(at=now)"),
    (rules.no_swallowed_errors, "try:\n    f()\nexcept KeyError:\n    pass"),
    (rules.no_swallowed_errors, "try:\n    f()\nexcept Exception as fault:\n    log.error('no', exc_info=fault)"),
    (rules.explicit_encoding, "text = path.read_text(encoding='utf-8')\nfile = open(path, 'rb')"),
    (rules.redacted_logs, "try:\n    f()\nexcept OSError as e:\n    log.info('%s', redacted(e), exc_info=e, extra={'e': type(e).__name__})"),
    (rules.majority_writes, "concern = WriteConcern(w='majority', wtimeout=10_000)"),
    (rules.no_float_money, "class Line:\n    unit_price: int\n    weight: float"),
    (rules.no_float_money, "def amount_due(after: float) -> int: ..."),
    (rules.short_functions, "def f():\n" + "    x = 1\n" * 49),
    (rules.named_in_contracts, "'''OrderPlaced tells of it.'''\ncollection = db['orders']"),
]  # fmt: skip


@pytest.mark.parametrize("rule", REACH, ids=lambda rule: rule.__name__)
def test_the_rule_holds_everywhere(rule: rules.Rule) -> None:
    assert rules.violations(rule, ROOT, *REACH[rule]) == []


@pytest.mark.parametrize("rule", REACH, ids=lambda rule: rule.__name__)
def test_the_rule_is_applied_to_files(rule: rules.Rule) -> None:
    assert len([path for glob in REACH[rule] for path in ROOT.glob(glob)]) > 20


@pytest.mark.parametrize(("rule", "code"), PLANTED)
def test_a_planted_violation_is_found(rule: rules.Rule, code: str, tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(code, encoding="utf-8")
    assert len(rules.violations(rule, tmp_path, "*.py")) == 1


@pytest.mark.parametrize(("rule", "code"), HARMLESS)
def test_correct_code_is_left_alone(rule: rules.Rule, code: str, tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(code, encoding="utf-8")
    assert rules.violations(rule, tmp_path, "*.py") == []


def test_every_domain_package_is_under_the_import_rules() -> None:
    listed = (ROOT / ".importlinter").read_text(encoding="utf-8")
    domains = {f"{path.parent.name}.domain" for path in ROOT.glob("*/*/src/*/domain")}
    assert [domain for domain in sorted(domains) if f"    {domain}\n" not in listed] == []


def test_every_package_is_under_the_import_rules() -> None:
    listed = (ROOT / ".importlinter").read_text(encoding="utf-8").split("include_external")[0]
    packages = {path.parent.name for path in ROOT.glob("*/*/src/*/__init__.py")} - {BUILT_ELSEWHERE}
    assert [package for package in sorted(packages) if f"    {package}\n" not in listed] == []
