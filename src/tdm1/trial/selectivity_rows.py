"""What a calculation of selectivity gives back, with units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Where the cells stand. `vessel`: they meet the concentration of plasma. `tissue`: capillaries limit what comes in.
Setting = Literal["vessel", "tissue"]


@dataclass(frozen=True, slots=True)
class Exposure:
    """What one cycle does to one kind of cell.

    receptors            HER2 on a cell
    dose_mg_per_kg       dose given once, at the start of the cycle
    log10_kill           decades of cells killed over the cycle, growth not counted
    payload_auc_nm_day   area under unbound payload in the cell over the cycle (nM * day)
    payload_peak_nm      highest unbound payload (nM)
    """

    cells: str
    receptors: float
    dose_mg_per_kg: float
    log10_kill: float
    payload_auc_nm_day: float
    payload_peak_nm: float


@dataclass(frozen=True, slots=True)
class Index:
    """One kind of cell against HER2 3+ cells at the reference dose.

    kill_ratio          decades of 3+ cells killed over decades of these
    payload_ratio       area of unbound payload in 3+ cells over that in these
    dose_ratio          dose that kills `decades` of these over the dose that does so to 3+ cells; infinite when
                        1000 mg/kg do not
    """

    cells: str
    kill_ratio: float
    payload_ratio: float
    decades: float
    dose_ratio: float


@dataclass(frozen=True, slots=True)
class Untargeted:
    """The same payload given free, compared with what the conjugate brings into a HER2 3+ cell.

    payload_mg            mass of payload in one dose
    free_auc_nm_day       area of free payload in plasma, and so in every cell it reaches by diffusion (nM * day)
    targeted_auc_nm_day   area of unbound payload in a 3+ cell under the conjugate
    advantage             targeted over free
    normal_auc_nm_day     area of unbound payload in a normal cell under the conjugate

    Assumes that free payload enters any cell until its unbound concentration equals that in plasma, and the
    clearance of the card. Free, it reaches normal and tumour cells alike: its selectivity is 1.
    """

    payload_mg: float
    free_auc_nm_day: float
    targeted_auc_nm_day: float
    advantage: float
    normal_auc_nm_day: float


@dataclass(frozen=True, slots=True)
class Leftover:
    """One cycle in HER2 3+ cells beside trastuzumab left from earlier treatment.

    baseline_trastuzumab_ug_per_ml   trastuzumab in plasma at day 0
    log10_kill, payload_auc_nm_day   as in Exposure
    """

    baseline_trastuzumab_ug_per_ml: float
    log10_kill: float
    payload_auc_nm_day: float


@dataclass(frozen=True, slots=True)
class Selectivity:
    """The whole answer for one drug: curves over doses, indices, free payload, leftover trastuzumab."""

    drug: str
    setting: Setting
    dose_mg_per_kg: float
    curves: tuple[Exposure, ...]
    indices: tuple[Index, ...]
    untargeted: Untargeted
    leftover: tuple[Leftover, ...]
    trastuzumab_alone_log10_kill: float
