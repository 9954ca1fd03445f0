from alipay_sandbox.domain.faults import Fault, FaultBook, FaultKind

DROP = FaultKind.DROP_NOTIFY


def test_a_fault_strikes_as_often_as_it_was_armed_for() -> None:
    book = FaultBook([Fault("f1", DROP, 2)])
    assert [book.take(DROP, "A1") is not None for _ in range(3)] == [True, True, False]
    assert book.armed() == []


def test_a_fault_for_one_trade_leaves_the_others_alone() -> None:
    book = FaultBook([Fault("f1", DROP, 1, out_trade_no="A1")])
    assert book.take(DROP, "B2") is None
    assert book.take(DROP, "A1") is not None


def test_a_fault_for_one_method_leaves_the_others_alone() -> None:
    book = FaultBook([Fault("f1", FaultKind.GATEWAY_ERROR, 1, method="alipay.trade.refund")])
    assert book.take(FaultKind.GATEWAY_ERROR, "A1", "alipay.trade.query") is None
    assert book.take(FaultKind.GATEWAY_ERROR, "A1", "alipay.trade.refund") is not None


def test_kinds_do_not_use_up_each_other() -> None:
    book = FaultBook([Fault("f1", DROP, 1)])
    assert book.take(FaultKind.FORGE_NOTIFY, "A1") is None
    assert [fault.fault_id for fault in book.armed()] == ["f1"]
