"""Where readers differ, who settles it, and what is exported."""

import re
from collections.abc import Callable

from annotation_projects import SignedIn

from deepspine.labeling.annotate.adjudication import consensus_table, report_readings
from deepspine.labeling.annotate.store import Store

BULGE, CANAL, HERNIATION = "L4-L5|bulge|", "L4-L5|canal_stenosis|", "L5-S1|herniation|"


def read_first_report(signed_in: Callable[[str], SignedIn]) -> SignedIn:
    """Let two readers differ on two of three labels of the first report; returns the adjudicator."""
    for name, bulge, herniation in (("bert", "mild", ["none"]), ("cleo", "moderate", [])):
        reader = signed_in(name)
        reader.label(1, BULGE, bulge)
        reader.label(1, CANAL, "moderate")
        if herniation:
            reader.label(1, HERNIATION, *herniation)
        reader.done(1)
    return signed_in("judge")


def test_differences_show_after_two_readers_are_done(store: Store, signed_in: Callable[[str], SignedIn]) -> None:
    signed_in("bert").done(1)
    assert report_readings(store, None, 1) is None
    judge = read_first_report(signed_in)
    found = report_readings(store, None, 1)
    assert found is not None
    assert {"|".join(one.cell) for one in found.differences} == {BULGE, HERNIATION}
    assert found.n_open == 2
    page = judge.client.get("/").text
    assert re.search(r"r01</a></td><td>2</td><td>2</td>", page)


def test_the_adjudicator_sees_what_was_said_but_not_by_whom(signed_in: Callable[[str], SignedIn]) -> None:
    html = read_first_report(signed_in).client.get("/report/1").text
    assert re.search(r'data-cell="L4-L5\|bulge\|"[^>]*data-readings="(mild;moderate|moderate;mild)"', html)
    assert "bert" not in html
    assert "cleo" not in html


def test_who_is_shown_first_turns_from_report_to_report(store: Store, signed_in: Callable[[str], SignedIn]) -> None:
    for name, bulge in (("bert", "mild"), ("cleo", "moderate")):
        for number in (1, 2):
            signed_in(name).label(number, BULGE, bulge)
            signed_in(name).done(number)
    first, second = (report_readings(store, None, number) for number in (1, 2))
    assert first is not None
    assert second is not None
    assert first.differences[0].readings == second.differences[0].readings[::-1]


def test_the_consensus_holds_agreement_decisions_and_what_is_open(
    store: Store, signed_in: Callable[[str], SignedIn]
) -> None:
    judge = read_first_report(signed_in)
    adjudicator = store.reader_named("judge")
    head = "report_id,level,finding,side,grades\n"
    open_ = head + "r01,L4-L5,bulge,,?\nr01,L4-L5,canal_stenosis,,moderate\nr01,L5-S1,herniation,,?\n"
    assert consensus_table(store, adjudicator).to_csv_text() == open_
    judge.label(1, BULGE, "mild", "moderate")
    judge.label(1, HERNIATION)
    settled = head + "r01,L4-L5,bulge,,mild|moderate\nr01,L4-L5,canal_stenosis,,moderate\n"
    assert consensus_table(store, adjudicator).to_csv_text() == settled
    assert consensus_table(store, None).to_csv_text() == open_


def test_the_adjudicator_may_correct_what_both_overlooked(store: Store, signed_in: Callable[[str], SignedIn]) -> None:
    read_first_report(signed_in).label(1, "L5-S1|foraminal_stenosis|left", "mild")
    consensus = consensus_table(store, store.reader_named("judge")).to_csv_text()
    assert "r01,L5-S1,foraminal_stenosis,left,mild\n" in consensus


def test_agreement_is_shown_live_to_the_adjudicator(signed_in: Callable[[str], SignedIn]) -> None:
    judge = signed_in("judge")
    assert "0 readers; 0 reports" in judge.client.get("/agreement").text
    read_first_report(signed_in)
    table = judge.client.get("/agreement/table").text
    assert "2 readers; 1 reports" in table
    row = re.search(r'<th scope="row">all</th>' + r'<td class="n">([\d.]+)</td>' * 3, table)
    assert row
    assert row.groups() == ("3", "0.40", "0.50")  # labels, F1, exact


def test_adjudication_goes_on_with_reports_that_are_open(signed_in: Callable[[str], SignedIn]) -> None:
    judge = read_first_report(signed_in)

    def following() -> str:
        return judge.client.get("/report/0/next", follow_redirects=False).headers["location"]

    assert following() == "/report/1"
    judge.label(1, BULGE, "mild")
    judge.label(1, HERNIATION)
    assert following() == "/"


def test_the_adjudicator_may_take_away_what_both_said_and_take_that_back(
    store: Store, signed_in: Callable[[str], SignedIn]
) -> None:
    judge = read_first_report(signed_in)
    judge.label(1, CANAL)
    assert "canal_stenosis" not in consensus_table(store, store.reader_named("judge")).to_csv_text()
    assert judge.undo(1).json() == {"cell": CANAL, "grades": [], "is_set": False}
    assert "r01,L4-L5,canal_stenosis,,moderate\n" in consensus_table(store, store.reader_named("judge")).to_csv_text()
    html = judge.client.get("/report/1").text
    assert re.search(r'data-cell="L4-L5\|canal_stenosis\|"[^>]*data-grades="moderate" data-agreed="moderate"', html)


def test_an_undone_decision_is_open_again(store: Store, signed_in: Callable[[str], SignedIn]) -> None:
    judge = read_first_report(signed_in)
    judge.label(1, BULGE, "mild")
    judge.undo(1)
    found = report_readings(store, store.reader_named("judge"), 1)
    assert found is not None
    assert found.n_open == 2
