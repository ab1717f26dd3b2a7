"""A pipeline in other processes."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from langchain_core.documents import Document

from rag.pipeline import Pipeline

HANDBOOK = ("Travel is approved by your manager.", "Travel abroad is approved by the director.")


def test_another_process_asks_the_same_pipeline(tmp_path: Path) -> None:
    steps = [{"retrieve": {"use": "bm25", "top_k": 3}}, {"generate": "extractive"}]
    made = Pipeline.from_yaml({"pipeline": steps}, index=tmp_path, environment={})
    made.add_documents([Document(text, metadata={"source": text}) for text in HANDBOOK])
    said = made.invoke("Who approves travel abroad?")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        answer = workers.submit(made.invoke, "Who approves travel abroad?").result()
    assert (answer.text, answer.citations) == (said.text, said.citations)
