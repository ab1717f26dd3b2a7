from pathlib import Path

import pytest

from rag.config import load
from rag.errors import UsageError
from rag.evaluation.bench.adapter import chosen, of_configuration, read_adapter, read_adapters

SCRIPT = """# /// script
# dependencies = ["torch==2.13.0", "faiss-cpu"]
# [tool.peer]
# title = "Some engine"
# about = "as it comes"
# builds = [["bm25"], ["dense", "hybrid"]]
# steps = [["--no-deps", "pylate"]]
# environment = "shared"
# variables = {PHONE_HOME = "False"}
# ///
print("runs")
"""


def test_everything_about_a_peer_stands_in_its_script(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(SCRIPT)
    (tmp_path / "setup.py").write_text("print('no metadata')")
    (tmp_path / "other.py").write_text('# /// script\n# dependencies = ["rich"]\n# ///\n')
    [adapter] = read_adapters(tmp_path)
    assert (adapter.name, adapter.title, adapter.environment) == ("some", "Some engine", "shared")
    assert adapter.builds == (("bm25",), ("dense", "hybrid"))
    assert adapter.requires == ("torch==2.13.0", "faiss-cpu")
    assert adapter.steps == (("--no-deps", "pylate"),)
    assert adapter.variables == {"PHONE_HOME": "False"}


def test_modes_are_left_out_with_the_builds_that_serve_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "some.py").write_text(SCRIPT)
    [adapter] = read_adapters(tmp_path)
    assert adapter.serving(["hybrid"]).builds == (("hybrid",),)
    assert adapter.serving(["sparse"]).builds == ()
    assert adapter.serving(None) == adapter


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('[["bm25"], ["dense", "hybrid"]]', '["bm25"]', "builds is a list of lists"),
        ('[["bm25"], ["dense", "hybrid"]]', "[[1]]", "builds is a list of lists"),
        ("about", "abuot", "did you mean 'about'?"),
        ('title = "Some engine"', "title = Some engine", "not TOML"),
    ],
)
def test_what_is_wrong_with_the_metadata_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = tmp_path / "some.py"
    path.write_text(SCRIPT.replace(old, new))
    with pytest.raises(UsageError, match="some.py") as raised:
        read_adapter(path)
    assert said in str(raised.value)


def test_a_folder_without_adapters_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        read_adapters(tmp_path / "none")
    with pytest.raises(UsageError, match=r"\[tool.peer\]"):
        read_adapters(tmp_path)


def test_adapters_are_chosen_in_the_order_of_their_names_on_the_command_line(tmp_path: Path) -> None:
    for name in ("alpha", "beta", "gamma"):
        (tmp_path / f"{name}.py").write_text(SCRIPT)
    adapters = read_adapters(tmp_path)
    assert [adapter.name for adapter in chosen(adapters, ["gamma", "alpha"])] == ["gamma", "alpha"]
    with pytest.raises(UsageError, match="did you mean 'gamma'"):
        chosen(adapters, ["gama"])


def test_the_configuration_of_a_worker_is_no_argument_that_others_see() -> None:
    secret = "sk-123"
    config = load(
        {
            "version": 1,
            "llm": {"use": "openai", "model": "m", "api_key": secret},
            "pipeline": [{"generate": {"use": "chat"}}],
        }
    )
    adapter = of_configuration(config, "mine.yaml")
    assert not any(secret in argument for argument in adapter.arguments)
    assert adapter.name == "mine"
    other = load({"version": 1, "pipeline": [{"retrieve": {"use": "bm25"}}]})
    assert of_configuration(other, "mine.yaml").fingerprint != adapter.fingerprint
