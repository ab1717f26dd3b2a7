import shutil
from pathlib import Path

import pytest

from rag import skills, weights
from rag.errors import ModelError, UsageError
from rag.skills.store import read, write

SHIPPED = sorted(set(skills.SKILLS) - {"cross"} - skills.OWN)
"""The model that four are heads of is no skill, and some are learnt from the user's own data alone."""


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_skill_loads_once_and_has_a_card(name: str) -> None:
    skill = skills.load(name)
    assert skill is skills.load(name)
    file = skills.FILES.get(name, name)
    assert skill.name == name
    assert skill.facts["skill"] == file
    assert skill.facts["figures"]
    assert repr(skill) == f"rag.skills.load({name!r})"
    card = (weights.FOLDER / f"{file}.md").read_text(encoding="utf-8")
    assert f"rag train {file} " in card
    assert "## Limits" in card


def test_a_wrong_name_gets_a_hint() -> None:
    with pytest.raises(UsageError, match="there is no skill 'complexiti'.*did you mean 'complexity'"):
        skills.load("complexiti")


def test_a_skill_of_ones_own_data_says_how_to_train_it() -> None:
    with pytest.raises(ModelError, match="no weights of 'sources' ship: train it with `rag train sources"):
        skills.load("sources")


def test_other_weights_are_read_from_a_file_or_a_folder(tmp_path: Path) -> None:
    shutil.copy(weights.path("complexity.safetensors"), tmp_path)
    ours = skills.load("complexity", tmp_path)
    assert ours is skills.load("complexity", tmp_path / "complexity.safetensors")
    assert ours is not skills.load("complexity")
    arrays, facts = read(tmp_path / "complexity.safetensors")
    write(tmp_path / "complexity.safetensors", {**arrays, "bias": arrays["bias"] + 1}, facts)
    assert skills.load("complexity", tmp_path) is not ours


def test_missing_and_foreign_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"is missing: train it with `rag train complexity --data FILE... --out"):
        skills.load("complexity", tmp_path)
    write(tmp_path / "complexity.safetensors", {}, {"skill": "boundary"})
    with pytest.raises(ModelError, match="holds the skill 'boundary', not 'complexity'"):
        skills.load("complexity", tmp_path)
