"""Arithmetic on arrays that the estimates share."""

import numpy as np


def ratio(
    numerators: np.ndarray, denominators: np.ndarray, otherwise: float = np.nan
) -> np.ndarray:
    """Quotients by place; something else where the denominator is not above 0."""
    result = np.full(np.shape(denominators), otherwise, dtype=float)
    return np.divide(numerators, denominators, out=result, where=denominators > 0)
