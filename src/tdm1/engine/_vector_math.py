"""exp and log of eight numbers at once, to about one unit in the last place, without tables or branches.

exp(x): x = k ln2 + r, exp(r) = 1 + r + r^2 Q(r), then 2^k through the exponent bits. Above 709.43 the
result is infinity, below -708.7 it is 0 or nearly so.
log(x): x = 2^k (1 + f), s = f / (2 + f), log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)). log(0) and the log of
a number too small to be normal are -infinity, of a negative number NaN.

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
    x = writer.where("olt", writer.number(709.79), x, writer.number(709.79), x)  # written so that NaN stays NaN
    x = writer.where("ogt", writer.number(-709.1), x, writer.number(-709.1), x)
    shifted = writer.multiply_add(x, writer.number(1.0 / math.log(2.0)), writer.number(_ROUNDER))
    k = writer.sub(shifted, writer.number(_ROUNDER))
    r = writer.subtract_product(x, k, writer.number(_LN2_HIGH))
    r = writer.subtract_product(r, k, writer.number(_LN2_LOW))
    rest = writer.multiply_add(writer.mul(r, r), _polynomial(writer, r, _Q), r)
    value = writer.add(writer.number(1.0), rest)
    exponent = writer.integer_op("add", writer.as_integers(shifted), writer.integer(1023))
    scale = writer.as_doubles(writer.integer_op("shl", exponent, writer.integer(52)))
    return writer.mul(value, scale)


def log(writer: Writer, x: str) -> str:
    """Write log(x); x is the name of a vector."""
    low = double_bits(math.sqrt(0.5))
    bits = writer.integer_op("add", writer.as_integers(x), writer.integer(double_bits(1.0) - low))
    exponent = writer.integer_op("lshr", bits, writer.integer(52))
    whole = writer.as_doubles(writer.integer_op("or", exponent, writer.integer(double_bits(2.0**52))))
    k = writer.sub(whole, writer.number(2.0**52 + 1023.0))
    mantissa = writer.integer_op("and", bits, writer.integer(_MANTISSA))
    f = writer.sub(writer.as_doubles(writer.integer_op("add", mantissa, writer.integer(low))), writer.number(1.0))
    s = writer.div(f, writer.add(f, writer.number(2.0)))
    z = writer.mul(s, s)
    half_square = writer.mul(writer.mul(f, f), writer.number(0.5))
    remainder = writer.multiply_add(z, _polynomial(writer, z, _R), half_square)
    small = writer.multiply_add(s, remainder, writer.mul(k, writer.number(_LN2_LOW)))
    value = writer.multiply_add(k, writer.number(_LN2_HIGH), writer.sub(f, writer.sub(half_square, small)))
    special = writer.where("oge", x, writer.number(0.0), writer.number(-math.inf), writer.number(math.nan))
    value = writer.where("oge", x, writer.number(_SMALLEST_NORMAL), value, special)
    return writer.where("olt", x, writer.number(math.inf), value, x)
