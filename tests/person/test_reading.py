"""What a record may look like, and the one clear error of each that cannot be used."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from person.people_files import ON, people, record_of

from tdm1 import person
from tdm1.person.reading import LARGEST_BYTES

BROKEN: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "broken.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", BROKEN, ids=[str(index) for index in range(len(BROKEN))])
def test_a_broken_record_gives_one_clear_error(case: dict[str, Any]) -> None:
    with pytest.raises(person.PersonError) as caught:
        document = person.parse(case["text"]) if "text" in case else case["record"]
        person.check(person.record(document), on=date.fromisoformat(ON))
    message = str(caught.value)
    assert "\n" not in message
    for words in case["words"]:
        assert words in message, message


def test_deep_nesting_of_a_megabyte_is_one_error() -> None:
    with pytest.raises(person.PersonError, match="nested too deeply"):
        person.parse('{"a":' * 200_000 + "1" + "}" * 200_000)
    with pytest.raises(person.PersonError, match="nested too deeply"):
        person.parse('{"a": ' + "[" * 80 + "]" * 80 + "}")


def test_a_huge_text_is_refused_before_it_is_read() -> None:
    with pytest.raises(person.PersonError, match="larger than"):
        person.parse(b" " * (LARGEST_BYTES + 1))


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(person.PersonError, match="too long"):
        person.parse('{"a": ' + "1" * 5000 + "}")


@pytest.mark.parametrize("text", [r'{"a": "\ud800"}', '{"a": "\ud800"}', b'{"a": "\\udc00x"}'])
def test_half_a_letter_is_refused(text: str | bytes) -> None:
    with pytest.raises(person.PersonError, match="half a letter"):
        person.parse(text)


def test_a_letter_in_two_escapes_is_read() -> None:
    assert person.parse(r'{"a": "\ud83d\ude00"}') == {"a": "\U0001f600"}


def test_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(person.PersonError, match="UTF-8"):
        person.parse(b'{"date": "\xff"}')


@pytest.mark.parametrize("name", person.examples.names())
def test_every_example_is_a_record_of_the_schema_and_is_answered(name: str) -> None:
    document = person.examples.example(name)
    jsonschema.validate(document, person.PersonRecord.model_json_schema())
    assert person.check(person.record(document)).next_dose.action in ("give", "reduce", "hold", "unknown")


def test_examples_show_a_hold_a_reduction_and_what_is_needed() -> None:
    found = {name: person.check(person.record(person.examples.example(name))) for name in person.examples.names()}
    assert found["low_platelets"].next_dose.action == "hold"
    assert found["back_after_a_hold"].next_dose.action == "reduce"
    assert {"pregnant", "lvef"} <= {one.name for one in found["before_the_start"].missing}


def test_people_are_records_of_the_published_schema() -> None:
    schema = person.PersonRecord.model_json_schema()
    for _, one in people():
        jsonschema.validate(record_of(one), schema)


def test_json_and_yaml_files_read_alike(tmp_path: Path) -> None:
    document = person.examples.example("low_platelets")
    (tmp_path / "one.json").write_text(json.dumps(document), "utf-8")
    (tmp_path / "one.yaml").write_text(yaml.safe_dump(document), "utf-8")
    assert person.load(tmp_path / "one.json") == person.load(tmp_path / "one.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(person.PersonError, match=r"gone\.json"):
        person.load(tmp_path / "gone.json")


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_ANY = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
_KEYS = st.sampled_from(list(person.PersonRecord.model_fields))


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(_KEYS, _ANY, max_size=4))
def test_any_document_is_a_record_or_one_clear_error(document: dict[str, Any]) -> None:
    try:
        person.check(person.record(document), on=date.fromisoformat(ON))
    except person.PersonError as error:
        assert str(error)
