"""`spider-names`: pictures named as their readers counted them, otherwise or not at all are told apart."""

from deepspine.experiments.spider_names import NamedPicture, summary

ALIKE = NamedPicture("1", "t2", "L5-S1", "L5-S1")
DOUBTED = NamedPicture("2", "t2", "L5-S1", "L5-S1", flagged=True)
OTHERWISE = NamedPicture("3", "t2", "S1-S2", "L5-S1", flagged=True)
UNSAID = NamedPicture("4", "t2", "S1-S2", "L5-S1")
REFUSED = NamedPicture("5", "t2")


def test_a_summary_counts_what_is_named_otherwise_and_what_is_flagged() -> None:
    row = summary("t2", [ALIKE, DOUBTED, OTHERWISE, UNSAID, REFUSED])
    assert (row["n"], row["refused"], row["otherwise"]) == (5, 1, 2)
    assert (row["of these flagged"], row["flagged of those as read"]) == (1, 1)
    assert row["named as read"].startswith("0.500 (")


def test_two_pictures_of_a_patient_are_drawn_together() -> None:
    other = NamedPicture("1", "t1", "S1-S2", "L5-S1")
    assert summary("all", [ALIKE, other])["named as read"] == "0.500 (0.500-0.500)"


def test_no_picture_gives_no_share() -> None:
    assert summary("t1", [])["named as read"] == summary("t1", [REFUSED])["named as read"]
