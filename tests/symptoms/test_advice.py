"""Advice for each side effect: there for every term, with words and a source, and no change of dose or medicine."""

from __future__ import annotations

import re

import pytest
from report.reading_level import flesch_kincaid

from tdm1 import evidence, symptoms
from tdm1.evidence.texts import texts
from tdm1.symptoms.advice import _entries, advice
from tdm1.symptoms.calling import flags, terms

#: Words that would tell a patient to change, skip or delay a dose, or to start or stop a medicine.
DOSE_CHANGE = re.compile(
    r"\b(stop|skip|delay|postpone|miss|lower|reduce|raise|increase|double|halve|change|cut down|put off|cancel)\b"
    r"[^.]{0,40}"
    r"\b(doses?|drip|infusions?|treatment|medicines?|tablets?|pills?|kadcyla|chemo\w*)\b"
    r"|\b(stop|start|begin|quit) (to )?(take|taking|using|use)\b"
    r"|(?<!before you )\btake (a|any|some|your|an|the)? ?(medicine|tablet|pill|aspirin|ibuprofen|paracetamol)"
    r"|\bdo not take\b|\b\d+ ?mg\b",
    re.IGNORECASE,
)


def _patient_texts(subject: str) -> dict[str, str]:
    return {key: words for key, words in texts("en").items() if key.startswith(f"{subject}.")}


@pytest.mark.parametrize("term", terms())
def test_every_term_has_advice_with_a_source(term: str) -> None:
    found = advice(term)
    assert found
    for one in found:
        assert one.term == term
        assert one.text
        assert one.source in evidence.sources()
        assert one.where
        assert one.read in ("read", "secondary", "recall", "assumed")
        assert "S25" in one.statements


@pytest.mark.parametrize("flag", [flag for flag in flags() if flag != "was_there"])
def test_every_warning_sign_has_advice(flag: str) -> None:
    assert advice(flag)


def test_words_and_sources_name_the_same_advice() -> None:
    assert {f"advice.{name}" for name in _entries()} == set(_patient_texts("advice"))
    for entry in _entries().values():
        # Our own knowledge never passes for something read.
        assert entry["source"] != "tdm1" or entry["read"] in ("recall", "assumed")


@pytest.mark.parametrize("subject", ["triage", "advice"])
def test_no_text_changes_a_dose_or_a_medicine(subject: str) -> None:
    found = [f"{key}: {words}" for key, words in _patient_texts(subject).items() if DOSE_CHANGE.search(words)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "words",
    ["Skip the next dose.", "Stop taking your medicine.", "Take a medicine for fever.", "Reduce the dose.",
     "Do not take aspirin.", "Ask to delay your infusion."],
)
def test_the_gate_finds_what_it_must(words: str) -> None:
    assert DOSE_CHANGE.search(words)


@pytest.mark.parametrize("subject", ["triage", "advice"])
def test_reading_level_is_at_most_grade_8(subject: str) -> None:
    sentences = [words if words[-1] in ".?!" else f"{words}." for words in _patient_texts(subject).values()]
    assert flesch_kincaid(" ".join(sentences)) <= 8.0
    hard = {words: flesch_kincaid(words) for words in sentences if len(words.split()) >= 12}
    # A single sentence may hold one long word, such as the name of a blood cell.
    assert max(hard.values()) <= 10.0, max(hard, key=lambda words: hard[words])


def test_misspelt_term_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(symptoms.SymptomError, match="nausea"):
        advice("nausee")
