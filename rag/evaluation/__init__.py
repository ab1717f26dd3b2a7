"""How good a pipeline is: data sets, figures with their intervals, runs that can be resumed and compared.

from rag.config import load
from rag.evaluation import evaluate, read_dataset

result = evaluate(load("default"), read_dataset("tasks/hotpotqa"))
print(result.metrics["ndcg@10"])
"""

from rag.evaluation.dataset import Dataset, Query, Reference, read_dataset
from rag.evaluation.result import Result
from rag.evaluation.run import evaluate
from rag.evaluation.statistics import Metric, Paired, paired

__all__ = ["Dataset", "Metric", "Paired", "Query", "Reference", "Result", "evaluate", "paired", "read_dataset"]
