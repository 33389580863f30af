"""`tdm1 check` as a user calls it: files, pipes, examples, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tdm1 import person


def test_an_example_is_answered_in_words(run: Any) -> None:
    done = run("check", "low_platelets")
    assert done.code == 0 and done.err == ""
    for words in ("Eligible: yes", "Next dose: HOLD", "M9", "uspi_2013", "Research software"):
        assert words in done.out


def test_json_is_alone_on_standard_output_and_is_the_answer_of_the_package(run: Any) -> None:
    done = run("check", "back_after_a_hold", "--json")
    answer = person.check(person.record(person.examples.example("back_after_a_hold")))
    assert done.code == 0 and json.loads(done.out) == answer.as_dict()


def test_a_file_with_another_day_and_region(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(person.examples.example("low_platelets")), "utf-8")
    answer = json.loads(run("check", file, "--on", "2026-11-30", "--region", "EU", "--json").out)
    assert (answer["on"], answer["region"]) == ("2026-11-30", "EU")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "low_platlets"], "did you mean 'low_platelets'?"),
        (["check", "gone.json"], "gone.json"),
        (["check", "low_platelets", "--on", "yesterday"], "--on 'yesterday'"),
        (["check", "low_platelets", "--region", "UK"], "US, EU or England"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(run: Any, arguments: list[str], words: str) -> None:
    done = run(*arguments)
    assert done.code == 2 and done.out == "" and words in done.err and done.err.count("\n") == 1


def test_schema_of_a_person_is_json(run: Any) -> None:
    assert "labs" in json.loads(run("schema", "person").out)["properties"]
