"""The page of a validation in a real Chromium: from a file, without a network."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from annotation_projects import TEXTS
from playwright.sync_api import Browser, Page, expect

from deepspine.cli import main

pytestmark = pytest.mark.services


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Open the page of ten invented reports against a reference that differs; nothing may fail or be loaded."""
    reports, labels, reference = (tmp_path / f"{name}.csv" for name in ("reports", "labels", "reference"))
    with reports.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("report_id", "text"), *TEXTS.items()])
    assert main(["label", str(reports), "--out", str(labels)]) == 0
    rows = labels.read_text(encoding="utf-8").replace("r02,L4-L5,bulge,,mild", "r02,L4-L5,bulge,,severe")
    reference.write_text(rows.replace("r03,L5-S1,herniation,,none\n", ""), encoding="utf-8")
    out = tmp_path / "out"
    command = ["validate", str(labels), str(reference), "--texts", str(reports), "--out", str(out)]
    assert main([*command, "--resamples", "100"]) == 0
    context = browser.new_context(offline=True)
    opened = context.new_page()
    mistakes: list[str] = []
    opened.on("pageerror", lambda error: mistakes.append(str(error)))
    opened.on("request", lambda request: request.url.startswith("file:") or mistakes.append(request.url))
    opened.goto((out / "validation.html").as_uri())
    yield opened
    context.close()
    assert not mistakes


def test_tables_sort_by_number_both_ways(page: Page) -> None:
    table = page.locator("#overview ~ .table table").first
    table.get_by_role("button", name="in both").click()
    up = [int(text) for text in table.locator("tbody td:nth-child(3)").all_inner_texts()]
    table.get_by_role("button", name="in both").click()
    down = [int(text) for text in table.locator("tbody td:nth-child(3)").all_inner_texts()]
    assert up == sorted(up)
    assert down == up[::-1] != up


def test_disagreements_are_filtered_and_show_hostile_text_as_text(page: Page) -> None:
    rows = page.locator("#differing tbody tr:visible")
    expect(rows).to_have_count(2)
    page.get_by_role("searchbox", name="Filter rows").fill("contradictory bulge")
    expect(rows).to_have_count(1)
    expect(rows.locator("mark")).to_have_text("mild disc bulge")
    assert "<script>document" in rows.inner_text()
    assert page.title() == "Validation"
