"""What numba does not offer by itself, written for its compiler: sums in many lanes, and reading ahead of time.

`lanes` is a tuple whose length is the number of lanes. Only its type is looked at, so that each length is compiled on
its own and the lanes stay in registers.
"""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = ["A_WORD", "look_up", "prefetch"]

A_WORD = 8
"""Bytes of codes that are read at once."""
_BYTE, _INT, _WORD = ir.IntType(8), ir.IntType(32), ir.IntType(64)


def _at(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> Any:
    """Where an element of a contiguous array lies."""
    return builder.gep(context.make_array(kind)(context, builder, array).data, [index])


def _look_up(typing: Any, sums: Any, place: Any, table: Any, start: Any, codes: Any, at: Any, lanes: Any) -> Any:
    """`sums[place:] += table[start + the sixteen rows that eight bytes of codes at `at` name]`, all lanes at once.

    `table` is flat: for each half byte, the lower one first, sixteen rows of as many numbers as there are lanes; they
    are float32 or int16, as `sums` are.
    """
    count, whole = lanes.count, isinstance(table.dtype, numba.types.Integer)
    width = table.dtype.bitwidth // 8

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kinds = signature.args
        add = builder.add if whole else builder.fadd
        vector = ir.VectorType(context.get_data_type(table.dtype), count).as_pointer()
        total_at = builder.bitcast(_at(context, builder, kinds[0], given[0], given[1]), vector)
        codes_at = _at(context, builder, kinds[4], given[4], given[5])
        word = builder.load(builder.bitcast(codes_at, _WORD.as_pointer()), align=1)
        total = builder.load(total_at, align=width)
        for half in range(2 * A_WORD):
            row = builder.and_(builder.lshr(word, _WORD(4 * half)), _WORD(15))
            index = builder.add(builder.mul(row, _WORD(count)), builder.add(given[3], _WORD(16 * half * count)))
            row_at = _at(context, builder, kinds[2], given[2], index)
            total = add(total, builder.load(builder.bitcast(row_at, vector), align=width))
        builder.store(total, total_at, align=width)
        return context.get_dummy_value()

    return numba.types.void(sums, numba.int64, table, numba.int64, codes, numba.int64, lanes), generate


def _prefetch(typing: Any, codes: Any, at: Any) -> Any:
    """Has the processor fetch what lies at `codes[at]`, without waiting for it."""

    def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        pointer = _BYTE.as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, _INT, _INT, _INT])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        where = _at(context, builder, signature.args[0], given[0], given[1])
        builder.call(function, [builder.bitcast(where, pointer), _INT(0), _INT(3), _INT(1)])
        return context.get_dummy_value()

    return numba.types.void(codes, numba.int64), generate


look_up: Any = intrinsic(_look_up)
prefetch: Any = intrinsic(_prefetch)
