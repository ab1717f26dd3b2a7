"""Token vectors in 2 or 4 bits a dimension, by levels that are learnt from nothing.

A unit vector turned at random has nearly normal coordinates, whatever it was, and the levels that lose least of a
normal variable are known [1, 2]. So a code depends on its vector alone: no codebook is trained, shipped or trained
again, and codes never have to be made anew. Decoding is a look-up: a byte is four small whole numbers, or two.

[1] Lloyd: Least squares quantization in PCM (1957, 1982); Max: Quantizing for minimum distortion (1960).
[2] Zandieh, Daliri, Hadian, Mirrokni: TurboQuant: Online Vector Quantization with Near-optimal Distortion Rate (2025).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = ["BITS", "Bits", "Codec"]

Bits = Literal[2, 4, 16]
"""Bits a dimension; 16 are half-precision floats, as the encoder gave them."""
BITS = get_args(Bits)
_SEED = 21
# The positive levels for a normal variable of unit variance [1]; a code is nearest to the vector.
_LEVELS: dict[int, tuple[float, ...]] = {
    2: (0.4528, 1.5104),
    4: (0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.0690, 2.7326),
}


@dataclass(frozen=True)
class Codec:
    """How token vectors become bytes and come back."""

    dimensions: int
    bits: Bits = 2

    @property
    def width(self) -> int:
        """Dimensions of a decoded vector: those of the encoder, up to a whole byte."""
        return self.dimensions if self.bits == 16 else -(-self.dimensions // self._a_byte) * self._a_byte

    @property
    def bytes(self) -> int:
        """Of a token's code."""
        return self.width * self.bits // 8

    def turned(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Vectors `[n, dimensions]` as they compare with decoded ones, `[n, width]`; inner products stay the same."""
        if self.bits == 16:
            return vectors
        return np.pad(vectors, ((0, 0), (0, self.width - self.dimensions))) @ self._rotation

    def encode(self, vectors: NDArray[np.float32]) -> NDArray[Any]:
        """Codes of unit rows: uint8 `[n, bytes]`, or float16 `[n, dimensions]` for 16 bits."""
        if self.bits == 16:
            return vectors.astype(np.float16)
        levels = np.searchsorted(self._bounds, self.turned(vectors) * np.float32(self.width**0.5)).astype(np.uint8)
        cut = levels.reshape(len(vectors), self.bytes, self._a_byte)
        codes = cut[:, :, 0]
        for place in range(1, self._a_byte):
            codes = codes | cut[:, :, place] << np.uint8(self.bits * place)
        return codes

    def decode(self, codes: NDArray[Any]) -> NDArray[np.float32]:
        """Unit rows float32 `[n, width]`, turned."""
        if self.bits == 16:
            return codes.astype(np.float32)
        found = self._looked_up(codes)
        found /= np.sqrt(np.einsum("nw,nw->n", found, found))[:, None]
        return found

    def cosines(self, codes: NDArray[Any], queries: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of coded tokens with turned unit vectors `[m, width]`: float32 `[n, m]`."""
        if self.bits == 16:
            return codes.astype(np.float32) @ queries.T
        levels = self._looked_up(codes)
        products: NDArray[np.float32] = levels @ queries.T
        products /= np.sqrt(np.einsum("nw,nw->n", levels, levels))[:, None]
        return products

    @property
    def halves(self) -> NDArray[np.float32]:
        """The levels of each half byte, `[16, dimensions a half byte]`; of 2 and 4 bits."""
        return self._table[:16, : self._a_byte // 2]

    def _looked_up(self, codes: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The levels of all dimensions, `[n, width]`; a byte is never out of bounds, so `clip` checks none."""
        return np.take(self._table, codes, axis=0, mode="clip").reshape(len(codes), self.width)

    @property
    def _a_byte(self) -> int:
        """Dimensions that share a byte."""
        return 8 // self.bits

    @cached_property
    def _rotation(self) -> NDArray[np.float32]:
        """Orthogonal `[width, width]`; the same everywhere: QR is unique once the diagonal of R is positive."""
        chance = np.random.default_rng(_SEED).standard_normal((self.width, self.width))
        rotation, upper = np.linalg.qr(chance)
        turned: NDArray[np.float32] = (rotation * np.sign(np.diag(upper))).astype(np.float32)
        return turned

    @cached_property
    def _levels(self) -> NDArray[np.float32]:
        half = _LEVELS[self.bits]
        return np.array([*(-level for level in reversed(half)), *half], np.float32)

    @cached_property
    def _bounds(self) -> NDArray[np.float32]:
        bounds: NDArray[np.float32] = (self._levels[1:] + self._levels[:-1]) / np.float32(2)
        return bounds

    @cached_property
    def _table(self) -> NDArray[np.float32]:
        """The levels of each byte, rounded to 127ths of the greatest, times 127: `[256, dimensions a byte]`."""
        small = np.rint(self._levels / self._levels[-1] * 127)
        places = self.bits * np.arange(self._a_byte)
        table: NDArray[np.float32] = small[np.arange(256)[:, None] >> places & 2**self.bits - 1]
        return table
