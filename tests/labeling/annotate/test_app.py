"""The pages, and who may ask for what."""

import logging
import re
from collections.abc import Callable

import pytest
from annotation_projects import HOSTILE, TEXTS, SignedIn
from fastapi.testclient import TestClient

from deepspine.labeling.annotate import guarding
from deepspine.labeling.annotate.app import MAX_BODY_BYTES, create_app
from deepspine.labeling.annotate.guarding import COOKIE, HEADERS
from deepspine.labeling.annotate.store import Store

BULGE = "L4-L5|bulge|"


def cells_of(html: str) -> dict[str, str]:
    """Return the grades of every cell of a page."""
    return dict(re.findall(r'data-cell="([^"]+)"[^>]* data-grades="([^"]*)"', html))


def test_without_a_session_every_page_leads_to_the_sign_in(client: TestClient) -> None:
    for path in ("/", "/report/1", "/report/1/next", "/agreement", "/agreement/table"):
        answer = client.get(path, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
        assert "stenosis" not in answer.text
    for path in ("label", "undo", "done"):
        assert client.post(f"/report/1/{path}", json={}).status_code in (401, 422)
    assert client.post("/report/1/done", json={"done": True}).status_code == 401


def test_a_wrong_token_opens_nothing(client: TestClient, tokens: dict[str, str]) -> None:
    answer = client.post("/login", data={"token": tokens["anna"] + "x"})
    assert answer.status_code == 403
    assert COOKIE not in client.cookies


def test_many_wrong_tokens_are_slowed_down(client: TestClient, tokens: dict[str, str]) -> None:
    codes = [client.post("/login", data={"token": f"wrong {n}"}).status_code for n in range(12)]
    assert codes[:10] == [403] * 10
    assert codes[10:] == [429, 429]
    assert client.post("/login", data={"token": tokens["anna"]}).status_code == 429


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: TestClient, tokens: dict[str, str]
) -> None:
    answer = client.post("/login", data={"token": tokens["anna"]}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert tokens["anna"].lower() not in cookie


def test_the_cookie_is_secure_behind_https(store: Store, tokens: dict[str, str]) -> None:
    client = TestClient(create_app(store, hosts=["testserver"], secure_cookie=True))
    answer = client.post("/login", data={"token": tokens["anna"]}, follow_redirects=False)
    assert "secure" in answer.headers["set-cookie"].lower()


def test_neither_tokens_nor_sessions_are_kept_in_the_clear(
    store: Store, tokens: dict[str, str], signed_in: Callable[[str], SignedIn]
) -> None:
    reader = signed_in("anna")
    with store.database.reading() as connection:
        kept = [
            str(row)
            for table in ("readers", "sessions")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}").all()
        ]
    assert not any(tokens["anna"] in row or reader.client.cookies[COOKIE] in row for row in kept)


def test_every_answer_forbids_what_comes_from_elsewhere(client: TestClient) -> None:
    for path in ("/login", "/static/annotate.js", "/nowhere", "/"):
        answer = client.get(path, follow_redirects=False)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_pages_load_nothing_from_elsewhere(signed_in: Callable[[str], SignedIn]) -> None:
    client = signed_in("anna").client
    for path in ("/", "/report/1", "/static/annotate.js", "/static/annotate.css"):
        assert not re.search(r"""(?:src|href|url|import)\W{1,3}(?:https?:)?//""", client.get(path).text)


def test_a_report_full_of_html_stays_text(signed_in: Callable[[str], SignedIn]) -> None:
    html = signed_in("anna").client.get("/report/2").text
    assert "<script>document" not in html
    assert "<img src=x" not in html
    assert "&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt;" in html
    text = re.sub(r"<[^>]+>", "", re.search(r"<pre>(.*?)</pre>", html, re.DOTALL)[1])  # type: ignore[index]
    assert "49" not in text  # what the page draws at random may hold it
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", '"'), ("&amp;", "&")):
        text = text.replace(entity, character)
    assert text == HOSTILE


def test_a_hostile_name_of_reader_or_report_stays_text(store: Store, client: TestClient) -> None:
    from annotation_projects import add_readers

    from deepspine.labeling.annotate.records import Role

    store.add_reports([("<b>id</b>", "text", ())])
    token = add_readers(store, **{"<i>x</i>": Role.BLIND})["<i>x</i>"]
    html = SignedIn(client, token).client.get("/").text
    assert "<b>id" not in html
    assert "<i>x" not in html


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": "forged"},
        {"X-CSRF-Token": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_forged_requests_change_nothing(
    store: Store, signed_in: Callable[[str], SignedIn], headers: dict[str, str]
) -> None:
    reader = signed_in("bert")
    assert reader.post("/report/1/done", {"done": True}, **headers).status_code == 403
    assert store.done_numbers(store.reader_named("bert")) == set()
    own = reader.post("/report/1/done", {"done": True}, Origin="http://testserver")
    assert own.status_code == 200


def test_a_form_of_another_site_cannot_sign_a_reader_in(client: TestClient, tokens: dict[str, str]) -> None:
    answer = client.post("/login", data={"token": tokens["anna"]}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


def test_a_form_instead_of_json_changes_nothing(signed_in: Callable[[str], SignedIn]) -> None:
    reader = signed_in("bert")
    answer = reader.client.post(
        "/report/1/done", content='{"done": true}', headers={"X-CSRF-Token": reader.csrf, "Content-Type": "text/plain"}
    )
    assert answer.status_code == 422


def test_other_host_names_are_refused(client: TestClient) -> None:
    assert client.get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_large_bodies_and_hasty_programs_are_refused(
    store: Store, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "CHANGES_PER_S", 0.0)  # a slow machine would let requests through as time goes by
    reader = SignedIn(TestClient(create_app(store, hosts=["testserver"])), tokens["bert"])
    assert reader.post("/report/1/done", {"done": True, "x": "y" * MAX_BODY_BYTES}).status_code == 413
    codes = [reader.done(1).status_code for _ in range(100)]
    assert codes[:30] == [200] * 30
    assert 429 in codes


@pytest.mark.parametrize(
    ("cell", "grades"),
    [("L4-L5|bulge|left", ["mild"]), ("L4-L5|nothing|", []), (BULGE, ["huge"]), ("L9|bulge|", ["mild"])],
)
def test_labels_outside_the_scheme_are_refused(
    signed_in: Callable[[str], SignedIn], cell: str, grades: list[str]
) -> None:
    assert signed_in("bert").label(1, cell, *grades).status_code == 422


def test_reports_that_are_not_there_are_not_found(signed_in: Callable[[str], SignedIn]) -> None:
    reader = signed_in("bert")
    assert reader.client.get("/report/99").status_code == 404
    for answer in (reader.label(99, BULGE, "mild"), reader.undo(99), reader.done(99)):
        assert answer.status_code == 404
    assert reader.client.get(f"/report/{2**63}").status_code == 422


def test_blind_readers_see_no_label_and_no_evidence(signed_in: Callable[[str], SignedIn]) -> None:
    blind, assisted = (signed_in(name).client.get("/report/1").text for name in ("bert", "anna"))
    assert not any(cells_of(blind).values())
    assert 'class="piece"' not in blind
    assert cells_of(assisted)[BULGE] == "mild"
    assert f'data-cells="{BULGE} "' in assisted


def test_readers_do_not_see_each_other(signed_in: Callable[[str], SignedIn]) -> None:
    anna, bert = signed_in("anna"), signed_in("bert")
    anna.label(1, BULGE, "severe")
    assert cells_of(anna.client.get("/report/1").text)[BULGE] == "severe"
    assert cells_of(bert.client.get("/report/1").text)[BULGE] == ""
    for path in ("/agreement", "/agreement/table"):
        assert bert.client.get(path).status_code == 403


def test_a_label_is_set_cleared_and_undone(signed_in: Callable[[str], SignedIn]) -> None:
    reader = signed_in("bert")

    def state(*grades: str, is_set: bool = True) -> dict[str, object]:
        return {"cell": BULGE, "grades": list(grades), "is_set": is_set}

    assert reader.label(1, BULGE, "moderate", "mild").json() == state("mild", "moderate")
    assert reader.label(1, BULGE).json() == state()
    assert reader.undo(1).json() == state("mild", "moderate")
    assert reader.undo(1).json() == state(is_set=False)
    assert reader.undo(1).json()["cell"] is None


def test_reading_goes_on_with_the_next_report_that_is_not_read(signed_in: Callable[[str], SignedIn]) -> None:
    reader = signed_in("bert")
    for number in (1, 2, 4):
        reader.done(number)

    def after(number: int) -> str:
        return reader.client.get(f"/report/{number}/next", follow_redirects=False).headers["location"]

    assert (after(0), after(3), after(10)) == ("/report/3", "/report/5", "/report/3")
    for number in range(1, len(TEXTS) + 1):
        reader.done(number)
    assert after(3) == "/"
    assert "All are read" in reader.client.get("/").text


def test_signing_out_ends_the_session(signed_in: Callable[[str], SignedIn]) -> None:
    reader = signed_in("bert")
    cookie = reader.client.cookies[COOKIE]
    assert reader.post("/logout", {}).status_code == 200
    reader.client.cookies.set(COOKIE, cookie)
    assert reader.done(1).status_code == 401


def test_a_new_token_ends_old_sessions(store: Store, client: TestClient, tokens: dict[str, str]) -> None:
    from deepspine.labeling.annotate.access import renew_token

    reader = SignedIn(client, tokens["bert"])
    fresh = renew_token(store, "bert")
    assert reader.done(1).status_code == 401
    assert client.post("/login", data={"token": tokens["bert"]}).status_code == 403
    assert client.post("/login", data={"token": fresh}, follow_redirects=False).status_code == 303


def test_no_report_text_or_id_is_logged(signed_in: Callable[[str], SignedIn], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        reader = signed_in("anna")
        reader.client.get("/report/1")
        reader.label(1, BULGE, "severe")
        reader.label(1, BULGE, "huge")
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    assert not any("stenosis" in line or "r01" in line for line in ours)
