"""Drug cards: every card fills every role with a fact of a unit that fits; broken cards are named."""

from __future__ import annotations

from importlib.resources import files
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tdm1 import evidence
from tdm1.evidence.drugs import animal, drug, drugs, parse_card, roles, tilted_shares
from tdm1.evidence.units import factor

BY_NAME = pytest.mark.parametrize("name", drugs())
CARD = files("tdm1.evidence").joinpath("drugs", "t_dm1.yaml").read_text("utf-8")


def test_three_drugs_have_cards() -> None:
    assert set(drugs()) >= {"t_dm1", "trastuzumab", "t_dxd"}


@BY_NAME
def test_every_role_names_a_fact_whose_unit_converts(name: str) -> None:
    card = drug(name)
    assert set(card.roles) == set(roles())
    for role, fact in card.roles.items():
        assert factor(evidence.fact(fact).unit, roles()[role].unit) > 0, f"{name}: {role}"


@BY_NAME
def test_shares_of_the_loads_sum_to_one_and_none_is_negative(name: str) -> None:
    shares = [evidence.fact(drug(name).roles[f"dar_share_{n}"]).value for n in range(9)]
    assert min(shares) >= 0
    assert sum(shares) == pytest.approx(1.0, abs=1e-9)


def test_mean_load_of_t_dm1_against_its_fact() -> None:
    shares = [evidence.value(f"drug.t_dm1.dar_share_{n}", "1") for n in range(9)]
    assert np.dot(np.arange(9), shares) == pytest.approx(evidence.value("plasma.drug_antibody_ratio", "1"), abs=1e-5)


def test_loads_of_t_dm1_are_bender_2014_tilted() -> None:
    dosed = [evidence.value(f"animals.dar_share_{n}", "1") for n in range(8)]
    assert np.dot(np.arange(8), dosed) == pytest.approx(3.07, abs=1e-9)
    tilted = tilted_shares(dosed, evidence.value("plasma.drug_antibody_ratio", "1"))
    np.testing.assert_allclose([evidence.value(f"drug.t_dm1.dar_share_{n}", "1") for n in range(8)], tilted, atol=2e-6)


def test_loads_of_t_dxd_give_its_mean() -> None:
    shares = [evidence.fact(drug("t_dxd").roles[f"dar_share_{n}"]).value for n in range(9)]
    assert np.dot(np.arange(9), shares) == pytest.approx(evidence.value("drug.t_dxd.mean_load", "1"))


def test_release_of_t_dxd_is_the_linkers_loss_times_the_load() -> None:
    each = evidence.value("drug.t_dxd.linker_loss", "1/s") * 86400.0
    rates = [evidence.value(f"drug.t_dxd.release_rate_{n}", "1/day") for n in range(1, 9)]
    np.testing.assert_allclose(rates, each * np.arange(1, 9), rtol=1e-5)


@given(mean=st.floats(0.1, 6.9))
def test_tilted_shares_have_the_mean_and_sum_to_one(mean: float) -> None:
    dosed = [evidence.value(f"animals.dar_share_{n}", "1") for n in range(8)]
    tilted = tilted_shares(dosed, mean)
    assert sum(tilted) == pytest.approx(1.0)
    assert np.dot(np.arange(8), tilted) == pytest.approx(mean, rel=1e-9)
    # Exponential tilting: the logarithm of the ratio is a straight line in the load.
    assert np.abs(np.diff(np.log(np.array(tilted) / dosed), 2)).max() < 1e-6


@given(share=st.floats(0.05, 0.95), other=st.floats(0.05, 0.95))
def test_tilting_a_binomial_against_the_binomial_with_that_mean(share: float, other: float) -> None:
    def binomial(p: float) -> list[float]:
        return [comb(7, n) * p**n * (1.0 - p) ** (7 - n) for n in range(8)]

    np.testing.assert_allclose(tilted_shares(binomial(share), 7.0 * other), binomial(other), atol=1e-9)


def test_a_mean_outside_the_loads_is_an_error() -> None:
    with pytest.raises(evidence.EvidenceError, match="mean of 8"):
        tilted_shares([0.5, 0.5], 8.0)


def test_an_unknown_drug_is_named_with_the_nearest() -> None:
    with pytest.raises(evidence.EvidenceError, match=r"'t_dxt'.*did you mean 't_dxd'"):
        drug("t_dxt")


@pytest.mark.parametrize(
    ("find", "put", "message"),
    [
        ("  central_volume: plasma.central_volume\n", "", "no fact for the role.*central_volume"),
        ("  central_volume:", "  centre_volume:", "no role 'centre_volume'; did you mean 'central_volume'"),
        (": plasma.central_volume", ": plasma.centre_volume", "names 'plasma.centre_volume'.*did you mean"),
        ("title:", "titel:", "exactly the keys"),
        ("source: hkpi", "source: hkpj", "cites 'hkpj'"),
        ("linker: {words:", "linker: {word:", "'linker' needs words and a source"),
    ],
)
def test_a_broken_card_is_one_clear_error(find: str, put: str, message: str) -> None:
    assert find in CARD
    with pytest.raises(evidence.EvidenceError, match=f"drugs/t_dm1.yaml.*{message}"):
        parse_card("t_dm1", CARD.replace(find, put))


@pytest.mark.parametrize(("name", "form"), [("gorilla", "plasma"), ("rat", "plasmo")])
def test_an_unknown_animal_or_form_is_an_error(name: str, form: str) -> None:
    assert animal("rat")["central_volume"] == "rat.central_volume"
    with pytest.raises(evidence.EvidenceError, match=f"no '{name if name != 'rat' else form}'"):
        animal(name, form)
