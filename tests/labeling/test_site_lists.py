"""Canal, recesses and foramina listed together, with their degree wherever it may stand; all texts are invented."""

import itertools

import pytest
from tests.labeling.conftest import told

SITES = {
    "the canal": {("canal_stenosis", "L4-L5")},
    "both foramina": {("foraminal_stenosis", "L4-L5 left"), ("foraminal_stenosis", "L4-L5 right")},
    "the left lateral recess": {("subarticular_stenosis", "L4-L5 left")},
}
FORMS = [
    "{sites} are moderately narrowed",
    "{sites} appear moderately stenosed",
    "{sites} moderately narrowed",
    "{sites}: moderately narrowed",
    "{sites} show moderate narrowing",
    "moderate narrowing of {sites}",
    "narrowing of {sites} is moderate",
    "stenosis is moderate in {sites}",
    "moderately narrowed {sites}",
    "the bulging disc moderately narrows {sites}",
    "the bulging disc narrows {sites} moderately",
]
LISTS = [sites for count in (1, 2, 3) for sites in itertools.permutations(SITES, count)]


def listed(sites: tuple[str, ...]) -> str:
    """Write a list of sites."""
    *before, last = sites
    return f"{', '.join(before)} and {last}" if before else last


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("sites", LISTS, ids=listed)
def test_all_sites_of_a_list_have_its_degree(sites: tuple[str, ...], form: str) -> None:
    text = form.format(sites=listed(sites))
    found = {
        (finding, place): grades
        for finding in ("canal_stenosis", "foraminal_stenosis", "subarticular_stenosis")
        for place, grades in told(f"L4-5: {text[0].upper()}{text[1:]}.", finding).items()
    }
    assert found == dict.fromkeys(set().union(*(SITES[site] for site in sites)), "moderate")


def test_a_clause_behind_a_free_site_has_its_own_sites() -> None:
    text = "L4-5: The recesses are free of stenosis, the left foramen as well as the canal are severely stenotic."
    assert told(text, "foraminal_stenosis") == {"L4-L5 left": "severe"}
    assert told(text, "canal_stenosis") == {"L4-L5": "severe"}
