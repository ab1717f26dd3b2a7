from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError
from rag.skills.store import FORMAT, read, write

ARRAYS: dict[str, np.ndarray] = {
    "weight": np.arange(6, dtype=np.float16).reshape(2, 3),
    "bias": np.ones(2, dtype=np.float32),
}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "head.safetensors"
    write(file, ARRAYS, {"skill": "complexity", "temperature": 1.5, "figures": {"accuracy": 0.9}})
    arrays, facts = read(file)
    assert sorted(arrays) == ["bias", "weight"]
    assert all((arrays[name] == ARRAYS[name]).all() and arrays[name].dtype == ARRAYS[name].dtype for name in ARRAYS)
    assert facts["skill"] == "complexity"
    assert facts["temperature"] == 1.5
    assert facts["figures"] == {"accuracy": 0.9}
    assert facts["format"] == FORMAT
    assert [path.name for path in file.parent.iterdir()] == ["head.safetensors"]


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    facts = {"skill": "complexity", "b": 1, "a": 2}
    write(tmp_path / "one.safetensors", ARRAYS, facts)
    write(tmp_path / "two.safetensors", dict(reversed(ARRAYS.items())), dict(reversed(facts.items())))
    assert (tmp_path / "one.safetensors").read_bytes() == (tmp_path / "two.safetensors").read_bytes()


def test_any_flipped_byte_is_found(tmp_path: Path) -> None:
    file = tmp_path / "head.safetensors"
    write(file, ARRAYS, {"skill": "complexity"})
    whole = file.read_bytes()
    for place in (4, len(whole) // 3, len(whole) - 1):
        broken = bytearray(whole)
        broken[place] ^= 0x20
        file.write_bytes(bytes(broken))
        with pytest.raises(ModelError, match=r"head\.safetensors"):
            read(file)


@pytest.mark.parametrize("length", [0, 7, 60, 200])
def test_a_file_that_was_cut_off_is_damaged(tmp_path: Path, length: int) -> None:
    file = tmp_path / "head.safetensors"
    write(file, ARRAYS, {"skill": "complexity"})
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(ModelError, match="is damaged"):
        read(file)


def test_a_file_of_something_else_is_told_apart(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file(ARRAYS, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="holds no skill"):
        read(tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="no such file"):
        read(tmp_path / "nothing.safetensors")


def test_a_later_format_asks_for_an_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.skills.store.FORMAT", FORMAT + 1)
    write(tmp_path / "head.safetensors", ARRAYS, {"skill": "complexity"})
    monkeypatch.undo()
    with pytest.raises(ModelError, match="later version"):
        read(tmp_path / "head.safetensors")
