"""The rule files: what is shipped, what the checker proves, and what a broken file is told."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from functools import cache

import pytest

from tdm1 import evidence, safety
from tdm1.safety._match import holds
from tdm1.safety._rulefile import parse, shipped

ALL = [(setting, region) for setting in ("metastatic", "early") for region in ("US", "EU")]
T = {"T1", "T2", "T3", "T4"}
E = {f"E{number}" for number in range(1, 22)}
#: Rows by reading mark, from the reading notes beside the label's tables.
RECALLED = {"E12", "E13", "E14", "E15", "E16", "E21", "D10", "D10a"}
READ_AS = {
    ("metastatic", "US"): {"recall": {"M7", "M11a", "M17", "M18"}, "assumed": {"M11b", "M16a"} | T, "secondary": set()},
    ("early", "US"): {"recall": RECALLED, "assumed": T, "secondary": E - RECALLED},
    ("metastatic", "EU"): {
        "recall": {*(f"M{number}" for number in range(1, 19)), "M11a", "D10", "D10a"} - {"M16"},
        "assumed": {"M11b", "M16a"} | T, "secondary": {"M16"},
    },
    ("early", "EU"): {"recall": RECALLED | {"E20"}, "assumed": T, "secondary": E - RECALLED - {"E20"}},
}


def _label() -> safety.Label:
    return safety.label.load("metastatic", "US")


@cache
def _check(setting: str, region: str) -> safety.RuleCheck:
    return safety.check_rules(safety.label.load(setting, region))


def test_shipped_rules_are_the_rows_of_the_table_against_label():
    metastatic = [rule.id for rule in _label().rules if rule.setting == "metastatic"]
    # Rows with a letter, and those of section 2, stand beside the table and say so in their notes.
    assert [name for name in metastatic if name[1:].isdigit()][:18] == [f"M{number}" for number in range(1, 19)]
    assert set(metastatic) == {*(f"M{number}" for number in range(1, 19)), "M11a", "M11b", "M16a", "D10", "D10a"}
    early = [rule.id for rule in safety.label.load("early", "US").rules if rule.setting == "early"]
    assert early == [*(f"E{number}" for number in range(1, 22)), "D10", "D10a"]
    assert [rule.id for rule in _label().rules if rule.setting == "any"] == ["T1", "T2", "T3", "T4"]
    assert (_label().setting, _label().region, _label().label_date) == ("metastatic", "US", "2013-02")


@pytest.mark.parametrize(("setting", "region"), ALL)
def test_every_label_has_the_levels_and_the_rows_of_its_setting_against_us_label(setting, region):
    label, us = safety.label.load(setting, region), safety.label.load(setting, "US")
    assert label.levels_mg_per_kg == (3.6, 3.0, 2.4)
    assert {rule.region for rule in label.rules if rule.setting != "any"} == {region}
    assert label.rule_ids == us.rule_ids and len(set(label.rule_ids)) == len(label.rule_ids)
    # Nothing else than what is recalled of the EU text differs: the team may lower the dose after neuropathy.
    marks = {"region": "", "label_date": "", "source": "", "where": "", "read": "", "date": "", "note": "", "file": ""}
    differ = {
        mine.id for mine, theirs in zip(label.rules, us.rules, strict=True)
        if replace(mine, **marks) != replace(theirs, **marks)
    }
    assert differ == ({"M17", "E20"} & set(us.rule_ids) if region == "EU" else set())
    assert [one.told_when for one in label.statements] == ["lowered", "held"]
    assert [one.id for one in label.statements] == ["D8", "D9"]


@pytest.mark.parametrize(("setting", "region"), ALL)
def test_every_rule_has_a_source_that_resolves_and_a_reading_mark_against_reading_notes(setting, region):
    known, label = evidence.sources(), safety.label.load(setting, region)
    for one in (*label.rules, *label.statements):
        assert one.source in known, one.id
        assert one.where and one.read and one.label_date and one.date, one.id
    # What was not fully read says so; what is ours says so.
    for mark, ids in READ_AS[setting, region].items():
        assert {rule.id for rule in label.rules if rule.read == mark} == ids
    assert all(rule.note for rule in label.rules if rule.read != "read")
    assert label.label_date_read == ("read" if (setting, region) == ("metastatic", "US") else "recall")
    if (setting, region) != ("metastatic", "US"):
        # Of no other table has the label's own text been read.
        assert not [rule.id for rule in label.rules if rule.read == "read"]


@pytest.mark.parametrize(("setting", "region"), ALL)
def test_checker_finds_no_defect_in_shipped_rules_on_the_full_grid(setting, region):
    check = _check(setting, region)
    assert check.ok, check.problems
    assert check.findings > (300_000 if setting == "metastatic" else 75_000)


@pytest.mark.parametrize(("setting", "region"), ALL)
def test_label_text_is_uneven_only_between_its_two_heart_rows(setting, region):
    # A repeat confirms its own row alone, so a worse first value can be answered milder. The text says so; we keep it.
    low, between = ("M12", "M13") if setting == "metastatic" else ("E12", "E13")
    uneven = _check(setting, region).uneven
    assert len(uneven) == 1
    assert f"at the repeat stop ({between})" in uneven[0]
    assert f"hold ({low} has recovered, {between} begins)" in uneven[0]


def test_a_label_without_heart_rows_is_not_uneven():
    label = replace(_label(), rules=(_label().rule("M9"), _label().rule("M10")))
    assert safety.check_rules(label).uneven == ()
    even = replace(_label(), rules=tuple(replace(rule, stop_if_not_recovered=False) for rule in _label().rules))
    assert safety.check_rules(even).uneven == ()


def _with(**changed: safety.Rule | None) -> safety.Label:
    rules = tuple(changed.get(rule.id, rule) for rule in _label().rules)
    return replace(_label(), rules=tuple(rule for rule in rules if rule is not None))


def _bound(rule: safety.Rule, **change: object) -> safety.Rule:
    return replace(rule, when=tuple(tuple(replace(one, **change) for one in part) for part in rule.when))


@pytest.mark.parametrize(("label", "kind"), [
    (_with(M2=None), "undecided"),                                                     # a hole between 5 and 20
    (_with(M15=None), "undecided"),                                                    # no row for a healthy heart
    (_with(M3=None), "undecided"),                                                     # the worst end uncovered
    (_with(M9=_bound(_label().rule("M9"), upper=50.0, lower=20.0)), "contradiction"),  # overlaps with M10
    (_with(M6=replace(_label().rule("M6"), action="give")), "milder when worse"),
    (_with(M12=replace(_label().rule("M12"), action="give", until=(), resume=None)), "milder when worse"),
    (_with(M9=replace(_label().rule("M9"), resume="one_level_lower"),
           M10=replace(_label().rule("M10"), resume="same")), "milder when worse"),
    (_with(M17=_bound(_label().rule("M17"), lower=6.0)), "never reached"),
    # Grades and labs are decided together: a stop for a heart failure only while the heart is well.
    (replace(_label(), rules=(*_label().rules, replace(
        _label().rule("M11"), id="X", when=((*_label().rule("M11b").when[0], *_label().rule("M15").when[0]),)))),
     "milder when worse"),
    (_with(M9=replace(_label().rule("M9"), until=_bound(_label().rule("M9"), lower=30.0, upper=None).when)),
     "hold that recovers at once"),
], ids=["hole", "no row", "worst end", "overlap", "stop turned give", "hold turned give", "reductions swapped",
        "unreachable", "two findings", "recovery inside the finding"])
def test_checker_sees_a_defect_put_into_the_table(label, kind):
    problems = safety.check_rules(label).problems
    assert kind in {problem.kind for problem in problems}
    assert all(problem.finding for problem in problems)


def test_the_newest_text_not_after_a_date_is_taken():
    assert safety.label.load("early", "US", "2019-05-01") == safety.label.load("early", "US")
    assert safety.label.load("metastatic", "EU", datetime.date(2030, 1, 1)).label_date == "2013-11"
    for date in ("2019-04-30", datetime.date(2013, 1, 31)):
        with pytest.raises(safety.RuleError, match=rf"as old as {date}; texts are here of: 2019-05"):
            safety.label.load("early", "US", date)
    with pytest.raises(safety.RuleError, match="'spring' is not a day; give the date of the label as YYYY-MM-DD"):
        safety.label.load("early", "US", "spring")


def test_among_several_texts_the_date_chooses(monkeypatch):
    older = parse((HEAD + GOOD).replace("2013-02", "2011-03"), "older.yaml")
    newer = parse((HEAD + GOOD).replace("2013-02", "2020-12"), "newer.yaml")
    monkeypatch.setattr(safety.label, "shipped", lambda: (newer, *shipped(), older))
    load = safety.label.load.__wrapped__
    dates = {"2011-03-01": "2011-03", "2013-01-31": "2011-03", "2013-02-01": "2013-02", "2020-11-30": "2013-02",
             "2020-12-01": "2020-12", None: "2020-12"}
    for date, month in dates.items():
        assert load("metastatic", "US", date).label_date == month
    with pytest.raises(safety.RuleError, match="texts are here of: 2011-03, 2013-02, 2020-12"):
        load("metastatic", "US", "2011-02-28")


HEAD = """
setting: metastatic
region: US
label_date: "2013-02"
defaults: {source: uspi_2013, where: table, read: read, date: "2026-11-23"}
thresholds: {low: 50, very_low: 25, recovered: 75, delays: 2}
rules:
"""
GOOD = "  X1: {when: {lab: platelets, below: 50}, action: hold, until: {lab: platelets, from: 75}, resume: same}\n"


def test_a_rule_file_of_one_rule_is_read():
    rule = parse(HEAD + GOOD, "x.yaml").rules[0]
    assert (rule.id, rule.action, rule.resume, rule.region) == ("X1", "hold", "same", "US")
    words = "platelets under 50 × 10⁹/L: hold until platelets 75 × 10⁹/L or more, then the same dose"
    assert safety.rule_in_words(rule) == words


@pytest.mark.parametrize(("old", "new", "told"), [
    ("lab: platelets, below", "lab: platelet, below", "unknown lab 'platelet'; did you mean 'platelets'?"),
    ("below: 50", "under: 50", "unknown key of a condition 'under'"),
    ("below: 50", "below: 49", "the number 49 is not among the file's thresholds"),
    ("below: 50", "below: 25, from: 75", "leave no value between them"),
    ("below: 50", "below: 50, up_to: 75", "two upper bounds"),
    (", below: 50", "", "'platelets' has no bound"),
    ("below: 50", "basis: x_uln, below: 50", "judged on basis absolute, not 'x_uln'"),
    ("action: hold", "action: held", "unknown action 'held'; did you mean 'hold'?"),
    (", until: {lab: platelets, from: 75}", "", "must say until what has recovered"),
    (", resume: same", "", "every hold needs it"),
    ("resume: same", "resume: two_levels_lower", "unknown resume 'two_levels_lower'"),
    ("resume: same", "resume: same, repeat_within_day: 75", "for the ejection fraction alone"),
    ("resume: same", "resume: same, on_the_day: true", "unknown key 'on_the_day'"),
    ("{lab: platelets, below: 50}", "{sign: pneumonia}", "unknown sign 'pneumonia'; did you mean 'pneumonitis'?"),
    ("{lab: platelets, below: 50}", "{event: holt}", "unknown event 'holt'; did you mean 'hold'?"),
    ("resume: same", "resume: same, after_delays: {count: 2}", "then: one_level_lower"),
    ("resume: same", "resume: one_level_lower, after_delays: {count: 2, then: one_level_lower}", "at the same dose"),
    ("resume: same", "resume: same, after_delays: {count: 3, then: one_level_lower}", "among the thresholds"),
    ("resume: same", "resume: same, after_delays: {counts: 2, then: one_level_lower}", "did you mean 'count'?"),
    ("resume: same", "resume: same, on_dose_day_only: 1", "on_dose_day_only is 1; give true or false"),
    ("resume: same", "resume: same, team_may_lower: perhaps", "team_may_lower is 'perhaps'; give true or false"),
    ("2013-02", "2013-2", "label_date is '2013-2'; give year and month as YYYY-MM"),
    ("region: US", "region: US\nlabel_date_read: seen", "unknown reading mark 'seen'"),
    ("region: US", "region: US\nstatements: {D1: {text: words}}", "statement D1 lacks told_when"),
    ("region: US", "region: US\nstatements: {D1: {text: words, told_when: hold}}", "did you mean 'held'?"),
    ("read: read", "read: seen", "unknown reading mark 'seen'"),
    ("source: uspi_2013, ", "", "lacks source"),
    ("region: US\n", "", "lacks region"),
    ("rules:", "rule:", "unknown key 'rule'; did you mean 'rules'?"),
])
def test_a_broken_rule_file_is_refused_with_file_and_mend(old, new, told):
    text = HEAD + GOOD
    assert old in text
    with pytest.raises(safety.RuleError, match=re.escape(told)) as caught:
        parse(text.replace(old, new), "x.yaml")
    assert str(caught.value).startswith("x.yaml")


def test_invalid_yaml_is_refused_with_its_file():
    with pytest.raises(safety.RuleError, match=r"x\.yaml: not valid YAML"):
        parse("rules: [", "x.yaml")


def test_an_unknown_setting_region_or_rule_is_told_what_there_is():
    with pytest.raises(safety.RuleError, match=r"did you mean 'metastatic US'.*metastatic US"):
        safety.label.load("metastatc", "US")
    with pytest.raises(safety.RuleError, match="region 'XX'"):
        safety.label.load("metastatic", "XX")
    with pytest.raises(safety.RuleError, match="no rule 'M99'"):
        _label().rule("M99")


def test_other_dose_levels_keep_the_rules():
    weekly = _label().with_levels((2.4, 2.0))
    decided = weekly.decide(safety.Findings.of(7, platelets=20), weekly.start(1), dose_due=False)
    well = safety.Findings.of(14, platelets=90, alt_x_uln=1, ast_x_uln=1, bilirubin_x_uln=1)
    decided = weekly.decide(well, decided.history, dose_due=True)
    assert decided.dose_mg_per_kg[0] == 2.0
    for wrong in ((), (2.4, 2.4), (2.0, 2.4), (2.4, 0.0), (2.4, -1.0), (float("nan"),)):
        with pytest.raises(safety.RuleError, match="each lower than the one before"):
            _label().with_levels(wrong)


def test_shipped_files_carry_setting_region_and_label_date():
    for found in shipped():
        assert found.setting and found.region and re.fullmatch(r"\d{4}-\d{2}", found.label_date), found.file


def test_a_bound_is_open_unless_it_is_said_to_be_closed():
    seen = safety.Findings.of(0, platelets=[49.9, 50.0, 50.1])
    for bounds, met in (({"lower": 50.0}, [False, False, True]), ({"upper": 50.0}, [True, False, False]),
                        ({"lower": 50.0, "lower_closed": True}, [False, True, True]),
                        ({"upper": 50.0, "upper_closed": True}, [True, True, False])):
        assert holds(safety.Condition("platelets", "absolute", **bounds), seen).tolist() == met


def test_strictness_orders_what_rules_ask_for_and_judgement_never_acts():
    order = [("M18", -1), ("M1", 0), ("T2", 1), ("M9", 2), ("M10", 3), ("M3", 4)]
    assert [_label().rule(name).strictness for name, _ in order] == [strictness for _, strictness in order]
    assert [_label().rule(name).acts for name, _ in order] == [False, False, True, True, True, True]
    assert [_label().rule(name).lowers for name, _ in order] == [False, False, True, False, True, False]
    assert not _label().rule("M9").team_may_lower and _label().rule("M9").lower_after_delays is None
    assert safety.label.load("early", "US").rule("E10").lower_after_delays == 2
