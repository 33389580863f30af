"""The models that tdm1 ships, as parts put together."""

from __future__ import annotations

from functools import cache

from tdm1.mechanism._model import Model
from tdm1.mechanism.balance import BALANCE
from tdm1.mechanism.bilirubin import BILIRUBIN
from tdm1.mechanism.haemoglobin import HAEMOGLOBIN
from tdm1.mechanism.heart import HEART
from tdm1.mechanism.nerves import NERVES
from tdm1.mechanism.neutrophils import NEUTROPHILS
from tdm1.mechanism.no_tumour import NO_TUMOUR
from tdm1.mechanism.payload import PAYLOAD
from tdm1.mechanism.plasma import PLASMA
from tdm1.mechanism.platelets import PLATELETS
from tdm1.mechanism.potassium import POTASSIUM
from tdm1.mechanism.transaminases import TRANSAMINASES
from tdm1.mechanism.tumour import TUMOUR

#: What a laboratory or a heart test sees, and the exposure of the nerves.
_SAFETY = (PLATELETS, TRANSAMINASES, NEUTROPHILS, HAEMOGLOBIN, BILIRUBIN, POTASSIUM, HEART, NERVES)


@cache
def t_dm1() -> Model:
    """The whole chain: plasma, tumour, released DM1, balance, blood, liver, potassium, heart and nerves."""
    return Model("t_dm1", (PLASMA, TUMOUR, PAYLOAD, BALANCE, *_SAFETY))


@cache
def t_dm1_adjuvant() -> Model:
    """The chain without a tumour, for patients whose tumour has been removed; everything else as in `t_dm1`."""
    return Model("t_dm1_adjuvant", (PLASMA, NO_TUMOUR, PAYLOAD, BALANCE, *_SAFETY))


@cache
def t_dm1_plasma() -> Model:
    """Plasma alone: conjugate, total antibody, DM1 and the balance, without a tumour."""
    return Model("t_dm1_plasma", (PLASMA, NO_TUMOUR, PAYLOAD, BALANCE))


def shipped() -> tuple[Model, ...]:
    """Every model, for the gates that loop over all of them."""
    return (t_dm1(), t_dm1_adjuvant(), t_dm1_plasma())
