"""Triage of plain words against sentences with the urgency a clinician expects, and the safe side."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tdm1 import evidence, symptoms
from tdm1.evidence.texts import texts
from tdm1.symptoms.calling import URGENCIES, flags, terms
from tdm1.symptoms.phrases import document, signs
from tdm1.symptoms.triage import Triage, triage

PEOPLE = [
    (urgency, person["say"], tuple(person["signs"]))
    for urgency, people in yaml.safe_load((Path(__file__).parent / "people_say.yaml").read_text("utf-8")).items()
    for person in people
]
SENTENCES = st.sampled_from([say for _, say, _ in PEOPLE])
#: What would tell a patient that no help is needed.
NO_HELP = (
    "no need", "not need", "nothing to worry", "do not worry", "don't worry", "you are fine", "no help", "harmless",
    "not serious", "not urgent", "all is well", "nothing is wrong", "normal", "need not",
)


def _names(answer: Triage) -> list[str]:
    return [one.name for one in answer.found]


def _rank(answer: Triage) -> int:
    return URGENCIES.index(answer.urgency)


@pytest.mark.parametrize(("urgency", "say", "wanted"), PEOPLE, ids=[say or "empty" for _, say, _ in PEOPLE])
def test_people_against_a_clinicians_expectation(urgency: str, say: str, wanted: tuple[str, ...]) -> None:
    answer = triage(say)
    assert answer.urgency == urgency, _names(answer)
    assert set(wanted) <= set(_names(answer))
    if not wanted:
        assert not answer.found
    for one in answer.found:
        assert one.why
        assert one.source in evidence.sources()
        assert one.where
        assert (one.term in terms()) != (one.flag in flags())


def test_there_are_people_enough() -> None:
    assert len(PEOPLE) >= 80
    reached = {name for _, say, _ in PEOPLE for name in _names(triage(say))}
    # Every warning sign but those told in the same breath as a more urgent one, or by very few, is said by someone.
    assert len(reached & set(flags())) >= 0.8 * len(flags())


@given(st.text(max_size=300))
def test_never_raises_for_any_text(text: str) -> None:
    answer = triage(text)
    assert answer.urgency in URGENCIES
    assert answer.say


@given(st.lists(SENTENCES, min_size=1, max_size=4), SENTENCES)
@settings(max_examples=200)
def test_never_less_urgent_when_more_is_said(said: list[str], more: str) -> None:
    before = triage(". ".join(said))
    after = triage(". ".join((*said, more)))
    assert _rank(after) >= max(_rank(before), _rank(triage(more)))


@given(st.text(max_size=120), st.one_of(st.text(max_size=120), SENTENCES))
def test_never_less_urgent_when_any_text_is_added(text: str, more: str) -> None:
    assert _rank(triage(f"{text}\n{more}")) >= max(_rank(triage(text)), _rank(triage(more)))


@given(SENTENCES, st.floats(30.0, 44.0), st.integers(0, 30))
def test_never_less_urgent_with_a_temperature_or_a_day(say: str, celsius: float, days: int) -> None:
    plain, more = triage(say), triage(say, temperature_c=celsius, days_since_dose=days)
    assert _rank(more) >= _rank(plain)
    assert celsius < 38.0 or more.urgency == "at once"


@given(st.one_of(st.text(max_size=200), SENTENCES))
def test_never_says_that_no_help_is_needed(text: str) -> None:
    answer = triage(text)
    said = " ".join((answer.say, answer.notice, *answer.asked, *(one.why for one in answer.found))).casefold()
    assert not [words for words in NO_HELP if words in said]
    assert "care team" in said
    assert "call" in said


def test_every_text_against_the_list_of_what_is_never_said() -> None:
    for key, words in texts("en").items():
        if key.startswith(("triage.", "advice.")):
            assert not [one for one in NO_HELP if one in words.casefold()], key


@pytest.mark.parametrize("name", terms())
def test_every_term_is_reached_by_its_plain_word(name: str) -> None:
    known = symptoms.catalogue()
    plain = {one.name: one.plain for one in (*known.symptoms, *known.overlaps, *known.reported)}[name]
    found = _names(triage(f"I have {plain}"))
    assert name in found or _rank(triage(f"I have {plain}")) >= URGENCIES.index(symptoms.when_to_call(name).when)
    # Some plain words name a whole kind; the term itself is reached by its own name at the latest.
    assert name in found or name in _names(triage(name.replace("_", " ")))


def test_found_urgency_against_when_to_call() -> None:
    for _, say, _ in PEOPLE:
        for one in triage(say).found:
            if one.flag != "was_there":
                assert one.urgency == symptoms.when_to_call(one.name).when


def test_files_name_the_same_signs() -> None:
    assert set(signs()) | {"was_there"} == {*terms(), *flags()}
    leads: dict[str, list[str]] = document()["questions"]
    asked = {key for sign in signs().values() for key in sign.asks}
    assert asked == set(leads)
    for names in leads.values():
        assert set(names) <= set(signs())
    for rule in (*document()["together"], *document()["after_infusion"]):
        assert {*rule["of"], rule["mean"]} <= set(signs())
    for name in flags():
        assert f"triage.name_{name}" in texts("en")
        assert name == "was_there" or f"triage.why_{name}" in texts("en")


def test_combination_is_at_least_as_urgent_as_its_parts() -> None:
    for rule in (*document()["together"], *document()["after_infusion"]):
        meant = URGENCIES.index(symptoms.when_to_call(rule["mean"]).when)
        assert rule in document()["after_infusion"] or meant >= max(
            URGENCIES.index(symptoms.when_to_call(name).when) for name in rule["of"] if name != "pyrexia"
        )


@pytest.mark.parametrize("wrong", ["nauseea", "headaache", "constipaton", "diarrhoeaa", "palpitatons", "swolllen leg"])
def test_slip_of_spelling_is_told_as_such(wrong: str) -> None:
    assert [one.how for one in triage(wrong).found][:1] == ["spelling"]


@pytest.mark.parametrize("word", ["forever", "breast", "never", "selling", "fellow", "tough", "couch", "weather"])
def test_ordinary_words_are_no_signs(word: str) -> None:
    assert not triage(f"it is about the {word}").found


def test_words_not_understood_are_told_back() -> None:
    answer = triage("tired, and the frobnicator hums")
    assert answer.unmatched == ("and the frobnicator hums",)
    assert "did not understand" in answer.say
    assert "Call now if it feels serious" in answer.say


def test_questions_lead_to_something_more_urgent() -> None:
    answer = triage("numb fingers")
    assert any("buttons" in one for one in answer.asked)
    assert not triage("chest pain and numb fingers").asked
    # A temperature that is known is not asked for.
    assert any("temperature" in one for one in triage("a cough").asked)
    assert not any("temperature" in one for one in triage("a cough", temperature_c=36.9).asked)


def test_day_of_the_infusion_against_label() -> None:
    assert "infusion_related_reaction" in _names(triage("flushed and dizzy", days_since_dose=0))
    assert "infusion_related_reaction" not in _names(triage("flushed and dizzy", days_since_dose=9))
    assert triage("my vein hurts at the needle", days_since_dose=0).urgency == "at once"


def test_temperature_against_the_two_scales() -> None:
    assert _names(triage("", temperature_c=38.0)) == ["pyrexia"]
    assert _names(triage("", temperature_c=37.5)) == ["raised_temperature"]
    assert _names(triage("", temperature_c=36.0)) == []
    assert _names(triage("", temperature_c=35.9)) == ["low_temperature"]
    for said in ("temp 100.4", "100.4F", "temperature of 38", "fever 100.4 fahrenheit", "38.0 celsius", "38,0"):
        assert triage(said).urgency == "at once", said
    for said in ("temp 100.3", "temp 37.9", "37,9 C"):
        assert triage(said).urgency == "today", said
    for said in ("I am 39 years old", "38 days", "weight 38 kg", "bp 120/80", "room 101", "temp 36,9"):
        assert not triage(said).found, said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text": "a" * 2001}, "2001 characters; write at most 2000"),
        ({"text": "", "temperature_c": 101.3}, r"101.3 °F is 38.5 °C"),
        ({"text": "", "temperature_c": float("nan")}, "no body temperature"),
        ({"text": "", "days_since_dose": -1}, "below 0"),
    ],
)
def test_bad_input_says_what_and_how_to_mend_it(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(symptoms.SymptomError, match=message):
        triage(**arguments)  # type: ignore[arg-type]


def test_unknown_language_is_refused() -> None:
    with pytest.raises(evidence.EvidenceError, match="no texts in language"):
        triage("fever", language="xx")


def test_easy_words_against_textstat() -> None:
    """Of the 2,900 easy words of textstat hardly any is read as a misspelt sign: only those that mean nearly it."""
    import textstat

    from tdm1.symptoms.phrases import _read

    easy = (Path(textstat.__file__).parent / "resources" / "en" / "easy_words.txt").read_text("utf-8").split()
    assert len(easy) > 2500
    assert {word for word in easy if _read(word.lower())} <= {"tinkle", "weaken", "blindness"}
