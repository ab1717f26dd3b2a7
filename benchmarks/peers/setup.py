"""Makes the environment of every peer here, each with its time and size measured. What is there is not made again.

    python benchmarks/peers/setup.py [NAME ...]

They lie below .rag/bench/environments, where `rag bench --peers benchmarks/peers` looks for them. One that cannot be
made is told, and is a row of the table that says why.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rag.evaluation.bench.adapter import chosen, read_adapters
from rag.evaluation.bench.environment import ENVIRONMENTS, make, owners


def main() -> None:
    adapters = owners(read_adapters(Path(__file__).parent))
    for adapter in chosen(adapters, sys.argv[1:] or None):
        made = make(adapter, ENVIRONMENTS, tell=lambda what: print(what, flush=True))
        told = made.error or f"{made.seconds:.0f} s, {made.bytes / 1e6:,.0f} MB"
        print(f"{adapter.environment}: {told}", flush=True)


if __name__ == "__main__":
    main()
