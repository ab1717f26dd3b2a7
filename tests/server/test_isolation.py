"""Collections stay apart in every preset that needs no language model."""

from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag.config import load, presets
from rag.pipeline import Pipeline
from rag.server.access import Caller
from rag.server.citing import passages_of

SAFES = {"blue": "kingfisher", "red": "poppy"}
OFFLINE = [name for name in presets() if load(name).llm is None and name != "dfin-sql"]  # it reads no documents


@pytest.mark.parametrize("preset", OFFLINE)
def test_no_step_of_a_preset_sees_another_collection(preset: str, tmp_path: Path) -> None:
    pipeline = Pipeline.from_yaml(preset, index=tmp_path / "index")
    pipeline.add_documents(
        Document(
            f"The code of the safe is {code}. It stands in room {n}. The safe is {name}.",
            metadata={"source": f"{name}-{n}", "collection": name},
        )
        for name, code in SAFES.items()
        for n in range(4)
    )
    for name in SAFES:
        caller = Caller("k", ("ask",), (name,))
        for wanted in (None, {"or": [{"collection": "red"}, {"collection": "blue"}]}):
            answer = pipeline.invoke("What is the code of the safe?", filter=caller.filter(wanted))
            caller.require(passages_of(answer))
            assert answer.passages or preset == "crat"  # what has no terms to translate is shown nothing
            other = next(code for owner, code in SAFES.items() if owner != name)
            assert other not in answer.text
            assert all(other not in passage.page_content for passage in passages_of(answer))


def test_the_second_look_withholds_what_the_filter_let_through() -> None:
    caller = Caller("k", ("ask",), ("blue",))
    caller.require(
        [Document("x", metadata={"collection": "blue"}), Document("x", metadata={"collection": ["a", "blue"]})]
    )
    for metadata in ({"collection": "red"}, {}, {"collection": None}, {"collection": ["red"]}):
        with pytest.raises(RuntimeError, match="withheld"):
            caller.require([Document("x", metadata=metadata)])
