"""Speed, memory, size and quality beside other engines: the same passages, questions and machine.

An engine is a script behind a protocol (`kit.bench_kit`), in an environment of its own; our configurations speak it,
too. What they are asked for, and how they are interleaved, stands in `measure`.
"""

from rag.evaluation.bench.adapter import Adapter, chosen, of_configuration, read_adapters
from rag.evaluation.bench.result import Benched, Row
from rag.evaluation.bench.run import bench, set_up

__all__ = ["Adapter", "Benched", "Row", "bench", "chosen", "of_configuration", "read_adapters", "set_up"]
