import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from rag.errors import UsageError
from rag.evaluation.bench.adapter import Adapter, read_adapter
from rag.evaluation.bench.environment import known, make, owners
from tests.evaluation.bench.conftest import HEAD

PAYLOAD = 100_000


def adapter_of(peers: Path, steps: str, name: str = "peer") -> Adapter:
    (peers / f"{name}.py").write_text(HEAD.format(dependencies=[], title=name, more=f"# steps = {steps}\n"))
    adapter = read_adapter(peers / f"{name}.py")
    assert adapter is not None
    return adapter


def wheel(folder: Path, version: str) -> str:
    """A distribution without dependencies, made by hand."""
    name = f"tiny_engine-{version}-py3-none-any.whl"
    info = f"tiny_engine-{version}.dist-info"
    with ZipFile(folder / name, "w") as file:
        file.writestr("tiny_engine.py", "#" * PAYLOAD)
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-engine\nVersion: {version}\n")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    return name


def test_an_environment_has_what_was_asked_for_and_knows_its_size_and_versions(peers: Path, environments: Path) -> None:
    name = wheel(peers, "1.5")
    adapter = adapter_of(peers, f'[["--no-index", "--no-compile", "./{name}"]]')
    said: list[str] = []
    made = make(adapter, environments, said.append)
    assert not made.error
    assert made.versions["tiny-engine"] == "1.5"
    assert PAYLOAD <= made.bytes < PAYLOAD + 50_000
    assert made.seconds > 0
    assert any(name in line for line in said)
    subprocess.run([made.python, "-c", "import tiny_engine"], check=True)
    assert known(adapter, environments) is not None

    again = make(adapter, environments)  # a step that installs from a folder is repeated, and costs no new time
    assert again.seconds == made.seconds
    assert again.versions == made.versions


def test_an_environment_that_is_there_is_not_made_again_but_for_other_demands(peers: Path, environments: Path) -> None:
    make(adapter_of(peers, "[]"), environments)
    mark = environments / "peer" / "mark"
    mark.touch()
    make(adapter_of(peers, "[]"), environments)
    assert mark.exists()
    failed = make(adapter_of(peers, '[["--no-index", "nothing-of-that-name"]]'), environments)
    assert "nothing-of-that-name" in failed.error
    assert not mark.exists()
    kept = known(adapter_of(peers, "[]"), environments)
    assert kept is not None and kept.error == failed.error, "a failure is a fact that a bench can tell"


def test_adapters_may_share_the_environment_of_another(peers: Path) -> None:
    first = adapter_of(peers, "[]", "first")
    text = HEAD.format(dependencies=[], title="second", more='# environment = "first"\n')
    (peers / "second.py").write_text(text)
    second = read_adapter(peers / "second.py")
    assert second is not None
    assert owners([second, first]) == (first,)
    assert owners([second], among=[first]) == (first,)
    with pytest.raises(UsageError, match="'first'"):
        owners([second])
