"""The pages without a browser: what they hold and load, the words for patients, the data for their scripts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import pytest
from report.reading_level import flesch_kincaid, grades

from tdm1 import evidence
from tdm1.evidence.texts import texts
from tdm1.person import examples

DOORS = ("/", "/expect", "/next-dose", "/explore")
_WEB = files("tdm1.web")
_SCRIPTS = {name: _WEB.joinpath("static", name).read_text("utf-8")
            for name in ("common.js", "expect.js", "explore.js", "lines.js", "next_dose.js", "sheet.js")}
_TEMPLATES = {name: _WEB.joinpath("templates", name).read_text("utf-8")
              for name in ("base.html", "home.html", "expect.html", "next_dose.html", "explore.html")}
_PAGE = {key.removeprefix("page."): said for key, said in texts().items() if key.startswith("page.")}
#: Words that would tell a patient to change, skip or delay a dose, or to start or stop a medicine.
_ORDER = re.compile(
    r"\b(stop|skip|delay|postpone|miss|lower|reduce|raise|increase|double|halve|put off|cancel)\b[^.]{0,40}"
    r"\b(doses?|drips?|infusions?|treatment|medicines?)\b|\bdo not take\b|\b\d+ ?mg\b", re.IGNORECASE,
)


class _Read(HTMLParser):
    """Elements of a page in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] in ("script", "style") and data.strip():
            self.scripts.append(data)


def _read(client: Any, door: str) -> _Read:
    return _Read(client.get(door).text)


@pytest.mark.parametrize("door", DOORS)
def test_page_is_there_with_the_policy(client: Any, door: str) -> None:
    found = client.get(door)
    assert found.status_code == 200 and found.headers["content-type"].startswith("text/html")
    policy = found.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
    assert "set-cookie" not in found.headers


@pytest.mark.parametrize("door", DOORS)
def test_page_holds_no_code_and_no_style_and_loads_only_from_here(client: Any, door: str) -> None:
    page = _read(client, door)
    assert page.scripts == []
    for tag, attributes in page.elements:
        assert tag not in ("style", "iframe", "object", "embed", "base")
        assert not [name for name in attributes if name == "style" or name.startswith("on")], attributes
        for name in ("src", "href", "action"):
            where = attributes.get(name)
            assert where is None or (where.startswith(("/", "#")) and where[:2] != "//"), where


@pytest.mark.parametrize("door", DOORS)
def test_everything_a_page_loads_or_leads_to_is_there(client: Any, door: str) -> None:
    for tag, attributes in _read(client, door).elements:
        where = attributes.get("src") or attributes.get("href")
        if where and where.startswith("/"):
            assert client.get(where).status_code == 200, (tag, where)


@pytest.mark.parametrize("door", DOORS)
def test_ids_are_unique_and_references_lead_somewhere(client: Any, door: str) -> None:
    page = _read(client, door)
    ids = [str(attributes["id"]) for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.elements:
        wanted = [attributes[name] for name in ("for", "aria-labelledby", "aria-describedby") if attributes.get(name)]
        where = attributes.get("href") or ""
        wanted += [where[1:]] if where.startswith("#") else []
        for one in wanted:
            assert set(str(one).split()) <= set(ids), one


@pytest.mark.parametrize("door", DOORS)
def test_every_field_has_a_label(client: Any, door: str) -> None:
    page = _read(client, door)
    labelled = {attributes.get("for") for tag, attributes in page.elements if tag == "label"}
    for tag, attributes in page.elements:
        if tag in ("input", "select", "textarea"):
            assert attributes.get("id") in labelled or attributes.get("aria-label"), attributes


@pytest.mark.parametrize("door", DOORS)
def test_every_button_is_shut_until_the_script_is_there(client: Any, door: str) -> None:
    page = _read(client, door)
    buttons = [attributes for tag, attributes in page.elements if tag == "button"]
    assert all("disabled" in one and "data-wait" in one and "type" in one for one in buttons), buttons
    forms = [attributes for tag, attributes in page.elements if tag == "form"]
    assert (len(buttons) >= len(forms) > 0) is (door != "/")
    waits = [tag for tag, attributes in page.elements if "data-wait" in attributes]
    assert waits == [tag for tag, attributes in page.elements if "disabled" in attributes]


@pytest.mark.parametrize("script", ["expect.js", "explore.js", "next_dose.js"])
def test_a_script_opens_the_page_only_when_all_is_wired(script: str) -> None:
    last = max(_SCRIPTS[script].rfind(one) for one in (".addEventListener(", "onSubmit("))
    assert _SCRIPTS[script].rfind("\nready();") > last > 0


def test_scripts_make_no_code_or_markup_of_text_and_keep_nothing() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b\(|new Function"
                           r"|localStorage|sessionStorage|indexedDB|\.cookie|https?://(?!vega\.github\.io/schema)")
    for name, script in _SCRIPTS.items():
        assert not forbidden.search(script), (name, forbidden.search(script))


def test_every_text_of_the_page_is_used_and_every_used_one_is_there() -> None:
    said = " ".join([*_TEMPLATES.values(), *_SCRIPTS.values()])
    used = set(re.findall(r"\bt\.(\w+)", said)) | set(re.findall(r"page\.(\w+)\"", said))
    # Lists of sentences are named by their first part and their number.
    numbered = set(re.findall(r"items\('(\w+)'", said)) | set(re.findall(r"t\['(\w+)_' ~", said)) - {"prefix"}
    for key in _PAGE:
        head, _, number = key.rpartition("_")
        assert key in used or (number.isdigit() and head in numbered), f"page.{key} is not used"
    assert used <= set(_PAGE), used - set(_PAGE)


def test_words_of_other_files_that_the_script_asks_for_are_there() -> None:
    for key in re.findall(r"words\[\"([\w.]+)\"\]", _SCRIPTS["expect.js"]):
        assert key in texts(), key
    for urgency in ("at_once", "today", "next_visit"):
        assert f"triage.title_{urgency}" in texts()


def test_the_patients_page_speaks_only_words_of_its_texts() -> None:
    """What stands between the tags of the patient's templates is filled in, but for names and signs."""
    for name in ("base.html", "home.html", "expect.html"):
        template = re.sub(r"{% block body_class %}\w*{% endblock %}", "", _TEMPLATES[name])
        bare = re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", template, flags=re.DOTALL)
        assert set(re.findall(r"[A-Za-z]\w+", bare)) <= {"tdm1"}, bare


def test_reading_level_of_the_patients_page_is_at_most_grade_8() -> None:
    sentences = [said if said[-1] in ".?!:" else f"{said}." for key, said in _PAGE.items()
                 if not key.startswith(("door_next", "door_explore", "programs"))]
    found = grades(" ".join(sentences))
    assert max(found.values()) <= 8.0, found
    hard = {said: flesch_kincaid(said) for said in sentences if len(said.split()) >= 12}
    assert max(hard.values()) <= 9.0, {said: grade for said, grade in hard.items() if grade > 9.0}


def test_no_text_of_the_page_tells_a_patient_to_change_a_dose() -> None:
    assert _ORDER.search("Skip the next drip.") and _ORDER.search("Do not take 600 mg.")
    assert not [said for said in _PAGE.values() if _ORDER.search(said)]
    assert not [said for said in _PAGE.values() if re.search(r"no (need|help)|nothing to worry|you are fine", said)]


@pytest.mark.parametrize("key,fact,unit,shown", [
    ("given_2", "label.us.infusion_first", "min", "first drip takes {} minutes"),
    ("given_2", "label.us.observation_first", "min", "you stay {} minutes more"),
    ("given_2", "label.us.infusion_later", "min", "can take {} minutes"),
    ("given_2", "label.us.observation_later", "min", "stay {} minutes more"),
    ("given_3", "label.us.early_cycles", "1", "{} drips in all"),
    ("given_4", "monitoring.lvef_every", "month", "every {} months"),
    ("before_4", "monitoring.contraception_female", "month", "for {} months after"),
    ("before_4", "monitoring.contraception_male_us", "month", "about {} months"),
    ("before_5", "monitoring.breastfeeding", "month", "for {} months after"),
    ("now_1", "triage.fever", "degC", "Fever of {} °C"),
])
def test_numbers_in_the_words_against_label(key: str, fact: str, unit: str, shown: str) -> None:
    assert shown.format(f"{evidence.value(fact, unit):g}") in _PAGE[key]


def test_sources_are_those_of_the_register(client: Any) -> None:
    found = client.get("/page-data/sources.json").json()
    assert set(found) == set(evidence.sources())
    assert found["uspi_2013"]["citation"] == evidence.sources()["uspi_2013"].citation


def test_texts_are_only_those_of_the_patients_page(client: Any) -> None:
    found = client.get("/page-data/texts.json").json()
    assert {key.partition(".")[0] for key in found} == {"page", "triage", "expect"}
    assert found["page.expect_title"] == _PAGE["expect_title"]


@pytest.mark.parametrize("name", examples.names())
def test_examples_are_served(client: Any, name: str) -> None:
    assert client.get(f"/page-data/examples/{name}").json()["labs"]


@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fsettings", "%3Cscript%3E"])
def test_an_unknown_example_is_named(client: Any, name: str) -> None:
    found = client.get(f"/page-data/examples/{name}")
    assert found.status_code == 404 and found.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", [
    "/static/../app.py", "/static/%2e%2e/app.py", "/static/", "/static/vendor", "/static/none.js",
])
def test_static_files_are_only_those_of_the_folder(client: Any, path: str) -> None:
    assert client.get(path).status_code in (400, 404, 405)


def test_no_browser_asks_twice_for_an_icon(client: Any) -> None:
    assert client.get("/favicon.ico").status_code == 204
