"""Search for a better configuration: `rag tune`.

from rag.config import load
from rag.evaluation import read_dataset
from rag.evaluation.tuning import tune

found = tune(load("rag.yaml"), read_dataset("tasks/hotpotqa"))
print(found.changed(found.winner), found.held_out["ndcg@10"].difference)
"""

from rag.evaluation.tuning.found import Found, HeldOut
from rag.evaluation.tuning.search import tune
from rag.evaluation.tuning.trials import Trial

__all__ = ["Found", "HeldOut", "Trial", "tune"]
