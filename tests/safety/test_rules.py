"""The rule files: what is shipped, what the checker proves, and what a broken file is told."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tdm1 import evidence, safety
from tdm1.safety._rulefile import parse, shipped


def _label() -> safety.Label:
    return safety.label.load("metastatic", "US")


def test_shipped_rules_are_the_rows_of_the_table_against_label():
    metastatic = [rule.id for rule in _label().rules if rule.setting == "metastatic"]
    assert metastatic == [f"M{number}" for number in range(1, 19)]
    assert [rule.id for rule in _label().rules if rule.setting == "any"] == ["T1", "T2", "T3", "T4"]
    assert _label().levels_mg_per_kg == (3.6, 3.0, 2.4)
    assert (_label().setting, _label().region, _label().label_date) == ("metastatic", "US", "2013-02")


def test_every_rule_has_a_source_that_resolves_and_a_reading_mark():
    known = evidence.sources()
    for rule in _label().rules:
        assert rule.source in known, rule.id
        assert rule.where and rule.read and rule.label_date and rule.date, rule.id
    # What was not fully read says so; what is ours says so.
    assert {rule.id for rule in _label().rules if rule.read == "recall"} == {"M7", "M17", "M18"}
    assert {rule.id for rule in _label().rules if rule.read == "assumed"} == {"T1", "T2", "T3", "T4"}
    assert all(rule.note for rule in _label().rules if rule.read != "read")


def test_checker_finds_no_defect_in_shipped_rules_on_the_full_grid():
    check = safety.check_rules(_label())
    assert check.ok, check.problems
    assert check.findings > 100_000


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
    (_with(M9=replace(_label().rule("M9"), until=_bound(_label().rule("M9"), lower=30.0, upper=None).when[0])),
     "hold that recovers at once"),
], ids=["hole", "no row", "worst end", "overlap", "stop turned give", "hold turned give", "reductions swapped",
        "unreachable", "recovery inside the finding"])
def test_checker_sees_a_defect_put_into_the_table(label, kind):
    problems = safety.check_rules(label).problems
    assert kind in {problem.kind for problem in problems}
    assert all(problem.finding for problem in problems)


HEAD = """
setting: metastatic
region: US
label_date: "2013-02"
defaults: {source: uspi_2013, where: table, read: read, date: "2026-11-23"}
thresholds: {low: 50, very_low: 25, recovered: 75}
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
