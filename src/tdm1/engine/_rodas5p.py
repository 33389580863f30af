"""Coefficients of Rodas5P: a Rosenbrock method of order 5 with 8 stages, L-stable and stiffly accurate.

With shift = 1/(GAMMA h), W = shift I - J, and every stage vector U already scaled:
    W U[s] = f(y + sum_j A[s][j] U[j]) + (1/h) sum_j C[s][j] U[j]        s = 0 .. 7
    y_new  = y + sum_j A[6][j] U[j] + U[6] + U[7],   error estimate (order 4 embedded) = U[7]
Rows 6 and 7 of A repeat row 5 with ones added for the stages in between; B = row 7 with a final 1.

Source: Steinebach, "Construction of Rosenbrock-Wanner method Rodas5P and numerical benchmarks within the
Julia Differential Equations package", BIT Numerical Mathematics 63:27 (2023); this scaled form: Hairer and
Wanner, "Solving Ordinary Differential Equations II" (1996), section IV.7. The tests check the order
conditions of this table and the observed order.
"""

from __future__ import annotations

STAGES = 8
ORDER = 5
GAMMA = 0.21193756319429014

_SHARED_ROW = (
    -7.502846399306121,
    2.561846144803919,
    -11.627539656261098,
    -0.18268767659942256,
    0.030198172008377946,
)

A: tuple[tuple[float, ...], ...] = (
    (),
    (3.0,),
    (2.849394379747939, 0.45842242204463923),
    (-6.954028509809101, 2.489845061869568, -10.358996098473584),
    (2.8029986275628964, 0.5072464736228206, -0.3988312541770524, -0.04721187230404641),
    _SHARED_ROW,
    (*_SHARED_ROW, 1.0),
    (*_SHARED_ROW, 1.0, 1.0),
)

B: tuple[float, ...] = (*_SHARED_ROW, 1.0, 1.0, 1.0)

C: tuple[tuple[float, ...], ...] = (
    (),
    (-14.155112264123755,),
    (-17.97296035885952, -2.859693295451294),
    (147.12150275711716, -1.41221402718213, 71.68940251302358),
    (165.43517024871676, -0.4592823456491126, 42.90938336958603, -5.961986721573306),
    (24.854864614690072, -3.0009227002832186, 47.4931110020768, 5.5814197821558125, -0.6610691825249471),
    (
        30.91273214028599,
        -3.1208243349937974,
        77.79954646070892,
        34.28646028294783,
        -19.097331116725623,
        -28.087943162872662,
    ),
    (
        37.80277123390563,
        -3.2571969029072276,
        112.26918849496327,
        66.9347231244047,
        -40.06618937091002,
        -54.66780262877968,
        -9.48861652309627,
    ),
)
