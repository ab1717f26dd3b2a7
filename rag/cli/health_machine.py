"""The machine: packages, processor, memory, disk."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli.health import Finding

if TYPE_CHECKING:
    from rag.cli.options import Chosen

__all__ = ["machine"]

GIB = 2**30
FEATURES = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd")
"""Instructions that the encoder profits from, most of it with the last ones."""


def machine(chosen: Chosen) -> Iterator[Finding]:
    """What the program runs on."""
    yield Finding("ok", "python", f"{platform.python_version()}, {platform.system()} {platform.machine()}")
    yield packages()
    yield processor()
    yield memory()
    yield disk(chosen.index or Path())


def packages() -> Finding:
    """Whether every declared package is there in a version that will do."""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in requires("composable-rag") or ()]
    wrong, there = [], []
    for need in wanted:
        if need.marker is not None and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(need.name)
        except PackageNotFoundError:
            wrong.append(f"{need.name} is missing")
            continue
        there.append(f"{need.name} {found}")
        if not need.specifier.contains(found, prereleases=True):
            wrong.append(f"{need.name} is {found}, needed is {need.specifier}")
    if wrong:
        return Finding("fail", "packages", "; ".join(wrong), "pip install --upgrade composable-rag")
    shown = [
        name for name in there if name.split()[0] in ("langchain-core", "openvino", "faiss-cpu", "numpy", "openai")
    ]
    return Finding("ok", "packages", f"composable-rag {version('composable-rag')}, {', '.join(shown)}")


def processor() -> Finding:
    """Cores that may be used, threads that are asked for, and vector instructions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    info = Path("/proc/cpuinfo")
    words = set(info.read_text(encoding="utf-8", errors="replace").split()) if info.is_file() else set()
    features = [feature for feature in FEATURES if feature in words]
    text = f"{cores} cores{', ' if features else ''}{' '.join(features)}"
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads:
        text += f", OMP_NUM_THREADS={threads}"
    if threads.isdigit() and int(threads) > cores:
        return Finding(
            "warn", "processor", text, f"more threads than cores slow each other down: OMP_NUM_THREADS={cores}"
        )
    if words and not features:
        return Finding(
            "warn", "processor", text, "no vector instructions are known: encoding will be slow; try --config fast"
        )
    return Finding("ok", "processor", text)


def memory() -> Finding:
    """Memory that is free."""
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIB
    except (AttributeError, OSError, ValueError):  # not every system tells
        return Finding("ok", "memory", "this system does not tell")
    info = Path("/proc/meminfo")
    if info.is_file():  # counts what the page cache would give back
        lines = dict(line.split(":", 1) for line in info.read_text(encoding="ascii").splitlines() if ":" in line)
        free = int(lines.get("MemAvailable", "0 kB").split()[0]) / 2**20
    text = f"{free:.1f} of {total:.1f} GiB free"
    if free < 1:
        return Finding("warn", "memory", text, "the embedded encoder wants about 0.5 GiB")
    return Finding("ok", "memory", text)


def disk(folder: Path) -> Finding:
    """Room where the index lives."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free / GIB
    text = f"{free:.1f} GiB free in {there}"
    if not os.access(there, os.W_OK):
        return Finding("fail", "disk", f"{there} cannot be written to", "choose another folder: --index DIR")
    return Finding("warn", "disk", text, "make room") if free < 1 else Finding("ok", "disk", text)
