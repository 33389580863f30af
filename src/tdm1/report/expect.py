"""What to expect, in plain words and pictures: the same view for a page, for paper and for a browser.

Numbers are people of 100. Words stand in `evidence/texts`, one file a language.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor
from typing import Any

from tdm1 import evidence
from tdm1.evidence.texts import text, texts
from tdm1.forecast import Expectation, InTrial, Median, Outcome, Share
from tdm1.population import VARIABLES
from tdm1.report.pictures.people import people
from tdm1.symptoms import when_to_call

_MONTHS_PER_YEAR = 12
#: Units as a patient reads them, where they differ from the register.
_UNITS = {"1": "", "year": "years", "10*9/L": "× 10⁹/L"}
_CALLS = {"at once": "call_at_once", "today": "call_today", "next visit": "call_next"}


class Words:
    """The words of a language about one forecast."""

    def __init__(self, language: str) -> None:
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """The text of a key of the file `expect`."""
        return text(f"expect.{key}", self.language, **values)

    def sentence(self, key: str, **values: object) -> str:
        """The same with a capital in front."""
        said = self.say(key, **values)
        return said[:1].upper() + said[1:]

    def people_of_100(self, share: float) -> str:
        """A number of people of 100 as one says it."""
        if share <= 0.0:
            return self.say("none")
        if share < 0.5:
            return self.say("few")
        if share >= 99.5:
            return self.say("nearly_all")
        return self.say("about", n=round(share))

    def range(self, share: Share) -> str:
        """How far off the number may be, and what that covers."""
        low, high = share.plausible or share.chance
        key = "between" if share.plausible else "between_chance"
        return self.say(key, low=floor(low), high=ceil(high))

    def trial(self, share: Share, without: bool = True) -> list[str]:
        """What the trial saw, if it told."""
        if share.in_trial is None:
            return [self.say("effect_trial_none")] if without else []
        return [self.say("effect_trial", n=self.seen(share.in_trial))]

    def seen(self, trial: InTrial) -> str:
        """What the trial saw, as people of 100."""
        return self.say("few") if 0.0 < trial.of_100 < 1.0 else f"{trial.of_100:.0f}"

    def name(self, outcome: Outcome) -> str:
        """What an outcome is, for a patient."""
        if f"expect.name_{outcome.name}" in texts(self.language):
            return self.say(f"name_{outcome.name}")
        if outcome.plain:
            return outcome.plain
        return self.say(f"{'lab' if outcome.kind == 'laboratory' else 'treat'}_{outcome.name}")


def _whole(share: float) -> int:
    return min(max(round(share), 0), 100)


def card(outcome: Outcome, words: Words, key: str) -> dict[str, Any]:
    """One outcome: heading, sentences, picture of 100 people, source of the published number.

    `key` is the text that tells the number (`effect`, `laboratory` or `treatment`).
    """
    share, name = outcome.share, words.name(outcome)
    said = [words.sentence(key, n=words.people_of_100(share.of_100)), *words.trial(share), words.range(share)]
    severe = 0
    if outcome.severe is not None and outcome.severe.of_100 > 0.0:
        said.append(words.say("severe", n=words.people_of_100(outcome.severe.of_100)))
        severe = min(_whole(outcome.severe.of_100), _whole(share.of_100))
    if outcome.first_month is not None and outcome.first_month.of_100 >= 1.0:
        said.append(words.say("first", n=words.people_of_100(outcome.first_month.of_100)))
    return {
        "name": outcome.name, "heading": name[:1].upper() + name[1:], "sentences": said,
        "call": _call(outcome, words), "of_100": _whole(share.of_100), "severe_of_100": severe,
        "picture": people(
            f"people-{outcome.name.replace('_', '-').replace('.', '-')}", words.say("people_like_you"),
            words.say("people_like_you_desc", n=_whole(share.of_100), what=name, severe=severe),
            affected=_whole(share.of_100), severe=severe,
        ),
    }


def _call(outcome: Outcome, words: Words) -> str:
    """When to call about a side effect; empty where it is none that one feels or that has a name of its own."""
    if outcome.kind != "side effect" or outcome.group:
        return ""
    return words.say(_CALLS[when_to_call(outcome.name).when])


def _held(outcome: Outcome, words: Words) -> dict[str, Any]:
    """A milestone of the disease or of survival: one sentence, range and picture."""
    assert outcome.at_month is not None
    prefix = {"pfs_pct": "disease_pfs", "idfs_pct": "disease_idfs"}.get(outcome.name.partition(".")[0], "")
    month = round(outcome.at_month)
    years = month % _MONTHS_PER_YEAR == 0 and month > 2 * _MONTHS_PER_YEAR
    when = {"year": month // _MONTHS_PER_YEAR} if years else {"month": month}
    if not prefix:
        prefix = "survival_year" if years else "survival_month"
    number = words.people_of_100(outcome.share.of_100)
    said = [words.say(prefix, n=number, **when), *words.trial(outcome.share, without=False), words.range(outcome.share)]
    whole = _whole(outcome.share.of_100)
    return {
        "name": outcome.name, "sentences": said, "of_100": whole,
        "picture": people(
            f"people-{outcome.name.replace('_', '-').replace('.', '-')}", words.say("people_like_you"), said[0],
            affected=whole,
        ),
    }


def _median(one: Median, words: Words) -> str:
    if one.month is None:
        return words.say("median_pfs_open")
    return words.say("median_pfs", month=round(one.month), trial=f"{one.trial_month:g}")


def _rows(outcomes: Iterable[Outcome], words: Words) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in outcomes:
        trial = one.share.in_trial
        found.append(
            {
                "name": one.name, "what": words.name(one), "any": words.people_of_100(one.share.of_100),
                "severe": "" if one.severe is None else words.people_of_100(one.severe.of_100),
                "trial": "" if trial is None else words.seen(trial), "when": _call(one, words),
            }
        )
    return found


def _timeline(expectation: Expectation, words: Words, most: int = 6) -> dict[str, Any]:
    """The course as a table: months down, the most frequent side effects across."""
    line = expectation.timeline
    plain = {one.name: one.plain for one in expectation.effects}
    terms = list(line.active_of_100)[:most]

    def cell(value: float | None) -> str:
        return words.say("timeline_too_few") if value is None else str(_whole(value))

    return {
        "head": [
            words.say("timeline_month"), words.say("timeline_treated"), *(plain[term] for term in terms),
            words.say("timeline_platelets"),
        ],
        "rows": [
            [
                str(month), str(_whole(line.treated_of_100[place])),
                *(cell(line.active_of_100[term][place]) for term in terms),
                _count(line.platelets["median"][place], words),
            ]
            for place, month in enumerate(line.month)
        ],
    }


def _count(platelets: float | None, words: Words) -> str:
    return words.say("timeline_too_few") if platelets is None else f"{platelets:.0f}"


def _known(expectation: Expectation, words: Words) -> list[str]:
    found: list[str] = []
    for name, value in expectation.known.items():
        variable = VARIABLES[name]
        unit = _UNITS.get(variable.unit, variable.unit)
        told = words.say("yes" if value else "no") if variable.kind == "yes_no" else f"{value:g}"
        meaning = variable.meaning.partition(" (1 yes")[0]
        found.append(words.say("known_line", what=meaning, value=told, unit=unit).strip())
    return found


def sources(expectation: Expectation) -> list[tuple[str, bool]]:
    """Citations of the published numbers beside the forecast, each once; True where some were told from memory."""
    outcomes = (*expectation.effects, *expectation.laboratory, *expectation.treatment, *expectation.disease)
    shares = [share for one in outcomes for share in (one.share, one.severe) if share is not None]
    rows = [*(share.in_trial for share in shares if share.in_trial is not None), *expectation.medians]
    recalled: dict[str, bool] = {}
    for row in rows:
        # A row that was read in two places names both, with a semicolon between.
        for key in row.source.split(";"):
            recalled[key] = recalled.get(key, False) or row.read == "recall"
    known = evidence.sources()
    return [(known[key].citation, memory) for key, memory in recalled.items()]


def view(expectation: Expectation, *, language: str = "en", survival: bool = False) -> dict[str, Any]:
    """Everything that a page shows, as plain values: words, numbers of people, and pictures as SVG text.

    How long people live is there only with `survival`. Raises EvidenceError for a language without texts.
    """
    words = Words(language)
    common = 100.0 * evidence.value("forecast.common_share", "1")
    single = [one for one in expectation.effects if not one.group]
    found: dict[str, Any] = {
        "language": language, "title": words.say("title"), "notice": words.say("notice"),
        "no_change": words.say("no_change"), "lead": words.say("lead", people=expectation.patients),
        "known_title": words.say("known_title"), "known": _known(expectation, words) or [words.say("known_none")],
        "outside": [
            words.say("outside", what=VARIABLES[name].meaning.partition(" (1 yes")[0]) for name in expectation.outside
        ],
        "study": [words.say(f"study_{expectation.setting}"), words.say("not_chosen")],
        "reading": {"title": words.say("reading_title"), "text": words.say("reading")},
        "effects": {
            "title": words.say("effects_title"),
            "cards": [card(one, words, "effect") for one in single if one.share.of_100 >= common],
        },
        "other": {
            "title": words.say("other_title"),
            "head": [words.say(f"other_{key}") for key in ("what", "any", "severe", "trial", "when")],
            "rows": _rows((one for one in single if 0.0 < one.share.of_100 < common), words),
        },
        "groups": {
            "title": words.say("groups_title"),
            "cards": [card(one, words, "effect") for one in expectation.effects if one.group],
        },
        "laboratory": {
            "title": words.say("laboratory_title"), "lead": words.say("laboratory_lead"),
            "cards": [card(one, words, "laboratory") for one in expectation.laboratory],
        },
        "treatment": {
            "title": words.say("treatment_title"),
            "infusions": words.say(
                "infusions", median=f"{expectation.infusions.median:g}", low=f"{expectation.infusions.p05:.0f}",
                high=f"{expectation.infusions.p95:.0f}",
            ),
            "cards": [card(one, words, "treatment") for one in expectation.treatment],
        },
        "disease": {
            "title": words.say(f"disease_title_{expectation.setting}"),
            "cards": [_held(one, words) for one in expectation.disease],
            "median": [_median(one, words) for one in expectation.medians if one.name.startswith("pfs")],
        },
        "timeline": {
            "title": words.say("timeline_title"), "lead": words.say("timeline_lead"), **_timeline(expectation, words)
        },
        "sure": {
            "title": words.say("sure_title"),
            "sentences": [
                words.say("sure_chance", people=expectation.patients), words.say("sure_model"), words.say("sure_you"),
                *([words.say("sure_failed", n=expectation.failed_solves)] if expectation.failed_solves else []),
            ],
        },
        "sources": {
            "title": words.say("sources_title"),
            "lines": [
                words.say("source_recall" if memory else "source_line", citation=citation)
                for citation, memory in sources(expectation)
            ],
        },
    }
    if survival:
        found["survival"] = {
            "title": words.say("survival_title"), "lead": words.say("survival_lead"),
            "cards": [_held(one, words) for one in expectation.survival],
        }
    return found


def sentences(shown: dict[str, Any]) -> list[str]:
    """Every sentence of a view that a patient reads, without headings, tables and citations."""
    found = [shown["notice"], shown["no_change"], shown["lead"], *shown["outside"], *shown["study"]]
    found.append(shown["reading"]["text"])
    for part in ("effects", "groups", "laboratory", "treatment", "disease", "survival"):
        section = shown.get(part, {})
        found += [section[key] for key in ("lead", "infusions") if key in section]
        for one in section.get("cards", []):
            found += one["sentences"] + ([one["call"]] if one.get("call") else [])
        found += section.get("median", [])
    return [*found, shown["timeline"]["lead"], *shown["sure"]["sentences"]]
