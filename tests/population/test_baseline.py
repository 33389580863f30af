"""The baseline of a trial file: built-in, changed, and refused when it makes no sense."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from tdm1 import evidence, population
from tdm1.population import correlations
from tdm1.population._copula import factor, matrix  # pyright: ignore[reportPrivateUsage]


def emilia(**changes: Any) -> population.BaselineSpec:
    return population.BaselineSpec.model_validate({"based_on": "emilia", **changes})


def test_builtin_baselines_are_those_of_the_trials() -> None:
    assert {"emilia", "katherine", "marianne", "kamilla"} <= set(population.builtin())


@pytest.mark.parametrize("name", population.builtin())
def test_builtin_baseline_against_its_copy_by_name(name: str) -> None:
    copy = population.BaselineSpec.model_validate({"based_on": name})
    assert copy.model_dump(exclude={"based_on"}) == population.load(name).model_dump(exclude={"based_on"})


def test_baseline_survives_being_written_and_read() -> None:
    spec = emilia(ecog={"distribution": "constant", "value": 1})
    again = population.BaselineSpec.model_validate_json(spec.model_dump_json())
    assert again == spec


@pytest.mark.parametrize("name", population.builtin())
def test_every_number_of_a_builtin_baseline_comes_from_a_fact(name: str) -> None:
    def literals(node: Any, path: str) -> list[str]:
        if isinstance(node, dict):
            return (
                []
                if "fact" in node
                else [x for k, v in node.items() if k not in ("at",) for x in literals(v, f"{path}.{k}")]
            )
        if isinstance(node, list | tuple):
            return [x for k, v in enumerate(node) for x in literals(v, f"{path}[{k}]")]
        return [path] if isinstance(node, float | int) and not isinstance(node, bool) else []

    spec = population.load(name)
    found = literals(spec.model_dump(mode="python"), "")
    # The values of categories are names of classes, not measurements; so is a constant of a covariate that counts or
    # says yes or no (everyone has early disease, nobody has had an earlier line).
    constant = {f".{key}.value" for key, known in population.VARIABLES.items() if known.kind != "number"}
    assert [path for path in found if ".values[" not in path and path not in constant] == []


def test_every_field_of_the_schema_says_what_it_is_and_its_unit() -> None:
    schema = population.BaselineSpec.model_json_schema()
    for name, variable in population.VARIABLES.items():
        assert schema["properties"][name]["unit"] == variable.unit
        assert schema["properties"][name]["description"]
    for definition in schema["$defs"].values():
        for name, field in definition["properties"].items():
            assert name == "distribution" or field.get("description"), name


def test_numbers_that_stand_in_two_facts_are_equal() -> None:
    # Lu 2014 prints one number that serves as reference patient and as median.
    assert evidence.value("population.ast", "U/L") == evidence.value("plasma.covariate.ast_reference", "U/L")
    assert evidence.value("population.sum_of_diameters", "cm") == evidence.value(
        "plasma.covariate.tumour_reference", "cm"
    )


def test_nhanes_facts_against_the_script_that_writes_them() -> None:
    text = evidence._loader.ROOT.joinpath("facts/population_nhanes.yaml").read_text("utf-8")  # pyright: ignore
    assert text == correlations.fact_file()


def test_builtin_correlations_against_nhanes() -> None:
    expected = matrix(())
    names = list(population.VARIABLES)
    for (one, other), value in correlations.correlations().items():
        i, j = names.index(one), names.index(other)
        expected[i, j] = expected[j, i] = value
    lower = population.load("emilia").factor()
    # Facts are written to three decimals.
    assert lower @ lower.T == pytest.approx(expected, abs=6e-4)


def test_copula_factor_against_its_matrix() -> None:
    made = matrix(population.load("emilia").correlations)
    assert factor(made) @ factor(made).T == pytest.approx(made, abs=1e-14)
    assert np.allclose(np.diag(made), 1.0)


NORMAL = {"distribution": "normal", "mean": 70, "sd": 15}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"weight_kgs": NORMAL}, "did you mean 'weight_kg'"),
        ({"based_on": "emila"}, "did you mean 'emilia'"),
        (
            {"weight_kg": {"distribution": "constant", "value": 0}},
            "weight_kg: the distribution reaches 0, but body weight",
        ),
        ({"weight_kg": {"distribution": "constant", "value": -3}}, "must be above 0"),
        ({"weight_kg": NORMAL}, "reaches -54.5.*give a lower or upper bound"),
        ({"lvef_pct": {"distribution": "normal", "mean": 60, "sd": 7, "lower": 30}}, "at most 100"),
        (
            {"weight_kg": {"distribution": "constant", "value": {"fact": "population.ast", "unit": "U/L"}}},
            "weight_kg: 'value' is asked for in U/L; write unit: \"kg\"",
        ),
        ({"ecog": {"distribution": "normal", "mean": 2, "sd": 0.1, "lower": 1, "upper": 3}}, "takes whole numbers"),
        ({"ecog": {"distribution": "categorical", "values": [0, 0.5], "probabilities": [0.5, 0.5]}}, "whole numbers"),
        ({"asian": {"distribution": "constant", "value": 2}}, "at most 1"),
        ({"correlations": [{"between": ["weight", "ast_u_per_l"], "coefficient": 0.1}]}, "did you mean 'weight_kg'"),
        ({"correlations": [{"between": ["ecog", "ecog"], "coefficient": 0.1}]}, "with itself"),
        ({"correlations": [{"between": ["ecog", "asian"], "coefficient": 1.0}]}, "between -1 and 1"),
        (
            {
                "correlations": [
                    {"between": ["ecog", "asian"], "coefficient": 0.1},
                    {"between": ["asian", "ecog"], "coefficient": 0.2},
                ]
            },
            "given twice",
        ),
        (
            {
                "correlations": [
                    {"between": ["ecog", "asian"], "coefficient": 0.9},
                    {"between": ["ecog", "visceral"], "coefficient": 0.9},
                    {"between": ["asian", "visceral"], "coefficient": -0.9},
                ]
            },
            "cannot hold together",
        ),
    ],
)
def test_bad_baseline_is_refused_with_a_mend(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        emilia(**changes)


def test_covariate_left_out_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"weight_kg\n.*Field required"):
        population.BaselineSpec.model_validate({"age_year": NORMAL, "correlations": []})


def test_unknown_baseline_and_covariate_name_the_nearest() -> None:
    with pytest.raises(population.PopulationError, match="did you mean 'emilia'"):
        population.load("emilai")
    with pytest.raises(population.PopulationError, match="did you mean 'weight_kg'"):
        population.load("emilia").of("wieght_kg")
