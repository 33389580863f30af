"""exp, log and power of many numbers at once, to about one unit in the last place, without tables or branches.

exp(x): x = k ln2 + r, exp(r) = 1 + r + r^2 Q(r), then 2^k through the exponent bits. Above 709.43 the
result is infinity, below -708.7 it is 0 or nearly so.
log(x): x = 2^k (1 + f), s = f / (2 + f), log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)). log(0) and the log of
a number too small to be normal are -infinity, of a negative number NaN.
x ** b is exp(b log(x)), with the logarithm carried in two numbers; 0 and numbers too small to be normal count as 0,
and 0 ** 0 is NaN.

Q and R are interpolations at Chebyshev nodes over the reduced range, computed by us in 40 digits; their
error is below 1.1e-16 (Q, scaled by r^2 < 0.13) and 3.2e-16 (R/s^2, scaled by s^2 < 0.03). Method: Tang,
ACM TOMS 15 (1989) 144 and 16 (1990) 378; Muller, "Elementary Functions" (3rd ed. 2016), chapter 11.
"""

from __future__ import annotations

import math

from tdm1.engine._vector_code import Writer, double_bits

#: ln2 as a short number (its product with any exponent is exact) and the rest.
_LN2_HIGH, _LN2_LOW = 0.6931467056274414, 4.7493250390316726e-07
#: Adding 1.5 * 2^52 leaves the nearest whole number in the low bits of a double.
_ROUNDER = 6755399441055744.0
_MANTISSA = (1 << 52) - 1
#: Subtracting a double's bits from this gives the bits of its reciprocal to 12 %.
_RECIPROCAL_GUESS = 0x7FDE623822FC16E6
_SMALLEST_NORMAL = 2.0**-1022

_Q = (
    0.5000000000000001,
    0.16666666666666669,
    0.04166666666662413,
    0.008333333333330062,
    0.0013888888917213717,
    0.00019841269863053618,
    2.4801521295954376e-05,
    2.7557268459997064e-06,
    2.7620088445409746e-07,
    2.510038549551032e-08,
)
_R = (
    0.666666666666667,
    0.39999999999899444,
    0.2857142862600327,
    0.22222211130259878,
    0.18182889455674947,
    0.15331710618210773,
    0.14616585424888623,
)
#: The part of log(1 + f) after 2 s + 2/3 s^3, divided by s^5: interpolated like R, to 2.6e-17.
_S = (
    0.4,
    0.28571428571429364,
    0.22222222221655885,
    0.18181818335392802,
    0.1538459496251843,
    0.1333480469384731,
    0.11706236339491206,
    0.11723178623876518,
)
#: 2/3 in two numbers.
_TWO_THIRDS, _TWO_THIRDS_REST = 2.0 / 3.0, 2.0 / 3.0 * 2.0**-54


def _polynomial(writer: Writer, x: str, coefficients: tuple[float, ...]) -> str:
    """Estrin's scheme: neighbours are paired, so that the sums do not wait for each other."""
    level = [writer.number(c) for c in coefficients]
    power = x
    while len(level) > 1:
        pairs = [writer.multiply_add(level[i + 1], power, level[i]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
        if len(level) > 1:
            power = writer.mul(power, power)
    return level[0]


def rough_reciprocal(writer: Writer, x: str) -> str:
    """Write 1/x for x > 0, right to 0.2 percent: a guess from the bits, 12 % off, times 1 + e + e^2, e = 1 - x guess.

    Enough for the size of an error, and much cheaper than a division.
    """
    guess = writer.as_doubles(writer.integer_op("sub", writer.integer(_RECIPROCAL_GUESS), writer.as_integers(x)))
    e = writer.subtract_product(writer.number(1.0), x, guess)
    return writer.multiply_add(guess, writer.multiply_add(e, e, e), guess)


def exp(writer: Writer, x: str) -> str:
    """Write exp(x); x is the name of a vector."""
    return _exp(writer, x, None)


def _exp(writer: Writer, x: str, small: str | None) -> str:
    """exp(x + small), where `small` is below a unit in the last place of x."""
    x = writer.where("olt", writer.number(709.79), x, writer.number(709.79), x)  # written so that NaN stays NaN
    x = writer.where("ogt", writer.number(-709.1), x, writer.number(-709.1), x)
    shifted = writer.multiply_add(x, writer.number(1.0 / math.log(2.0)), writer.number(_ROUNDER))
    k = writer.sub(shifted, writer.number(_ROUNDER))
    r = writer.subtract_product(x, k, writer.number(_LN2_HIGH))
    r = writer.subtract_product(r, k, writer.number(_LN2_LOW))
    rest = writer.multiply_add(writer.mul(r, r), _polynomial(writer, r, _Q), r)
    if small is not None:
        rest = writer.add(rest, writer.multiply_add(rest, small, small))
    value = writer.add(writer.number(1.0), rest)
    exponent = writer.integer_op("add", writer.as_integers(shifted), writer.integer(1023))
    scale = writer.as_doubles(writer.integer_op("shl", exponent, writer.integer(52)))
    return writer.mul(value, scale)


def _reduced(writer: Writer, x: str) -> tuple[str, str]:
    """(k, f) with x = 2^k (1 + f), for a normal x > 0."""
    low = double_bits(math.sqrt(0.5))
    bits = writer.integer_op("add", writer.as_integers(x), writer.integer(double_bits(1.0) - low))
    exponent = writer.integer_op("lshr", bits, writer.integer(52))
    whole = writer.as_doubles(writer.integer_op("or", exponent, writer.integer(double_bits(2.0**52))))
    k = writer.sub(whole, writer.number(2.0**52 + 1023.0))
    mantissa = writer.integer_op("and", bits, writer.integer(_MANTISSA))
    one_and_f = writer.as_doubles(writer.integer_op("add", mantissa, writer.integer(low)))
    return k, writer.sub(one_and_f, writer.number(1.0))


def _not_normal(writer: Writer, x: str) -> str:
    """The log of an x that is no normal positive number: -infinity at 0 and just above, NaN below."""
    return writer.where("oge", x, writer.number(0.0), writer.number(-math.inf), writer.number(math.nan))


def log(writer: Writer, x: str) -> str:
    """Write log(x); x is the name of a vector."""
    k, f = _reduced(writer, x)
    s = writer.div(f, writer.add(f, writer.number(2.0)))
    z = writer.mul(s, s)
    half_square = writer.mul(writer.mul(f, f), writer.number(0.5))
    remainder = writer.multiply_add(z, _polynomial(writer, z, _R), half_square)
    small = writer.multiply_add(s, remainder, writer.mul(k, writer.number(_LN2_LOW)))
    value = writer.multiply_add(k, writer.number(_LN2_HIGH), writer.sub(f, writer.sub(half_square, small)))
    value = writer.where("oge", x, writer.number(_SMALLEST_NORMAL), value, _not_normal(writer, x))
    return writer.where("olt", x, writer.number(math.inf), value, x)


def power(writer: Writer, x: str, exponent: str) -> str:
    """Write x ** exponent for x >= 0; both are names of vectors. NaN for x < 0 and for 0 ** 0.

    exp(exponent log(x)) with the logarithm and its product carried as two numbers each, since the error of their sum
    is multiplied by the size of the result's logarithm.
    """
    k, f = _reduced(writer, x)
    two = writer.number(2.0)
    divisor = writer.add(f, two)
    divisor_rest = writer.sub(f, writer.sub(divisor, two))
    inverse = writer.div(writer.number(1.0), divisor)
    s = writer.mul(f, inverse)
    left = writer.subtract_product(writer.subtract_product(f, s, divisor), s, divisor_rest)
    s_rest = writer.mul(left, inverse)  # f / (2 + f) = s + s_rest
    z = writer.mul(s, s)
    # 2/3 (s + s_rest)^3 in two numbers; what follows it is small enough for one.
    z_rest = writer.multiply_add(writer.add(s, s), s_rest, writer.multiply_add(s, s, writer.neg(z)))
    cube = writer.mul(s, z)
    cube_rest = writer.multiply_add(s, z, writer.neg(cube))
    cube_rest = writer.add(cube_rest, writer.multiply_add(s, z_rest, writer.mul(z, s_rest)))
    third = writer.number(_TWO_THIRDS)
    term = writer.mul(cube, third)
    term_rest = writer.multiply_add(cube, third, writer.neg(term))
    term_rest = writer.multiply_add(cube, writer.number(_TWO_THIRDS_REST), term_rest)
    term_rest = writer.multiply_add(cube_rest, third, term_rest)
    term_rest = writer.multiply_add(writer.mul(cube, z), _polynomial(writer, z, _S), term_rest)
    term_rest = writer.multiply_add(s_rest, two, term_rest)
    main = writer.mul(s, two)
    steps = writer.mul(k, writer.number(_LN2_HIGH))  # exact, and 0 or larger than `main`
    first = writer.add(steps, main)
    low = writer.add(writer.sub(main, writer.sub(first, steps)), term_rest)
    low = writer.multiply_add(k, writer.number(_LN2_LOW), low)
    second = writer.add(first, term)
    low = writer.add(low, writer.sub(term, writer.sub(second, first)))
    high = writer.add(second, low)
    low = writer.sub(low, writer.sub(high, second))
    normal = writer.number(_SMALLEST_NORMAL)
    high = writer.where("oge", x, normal, high, _not_normal(writer, x))
    product = writer.mul(exponent, high)
    small = writer.multiply_add(exponent, low, writer.multiply_add(exponent, high, writer.neg(product)))
    # Where the product is infinite its rest is not a number, and where it is beyond exp's range its rest says nothing.
    small = writer.where("olt", writer.absolute(product), writer.number(1000.0), small, writer.number(0.0))
    return _exp(writer, product, small)
