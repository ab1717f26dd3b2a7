"""Questions with answers and exact evidence, made from one's own documents by a chat model or by rules.

from rag.config import load
from rag.evaluation.synthesis import Settings, synthesize

made = synthesize(load("chat"), ["handbook/"], "questions", Settings(questions=50))
print(made.methods, made.rejected, made.usage)
"""

from rag.evaluation.synthesis.draft import Question
from rag.evaluation.synthesis.plan import Made, Plan, Settings
from rag.evaluation.synthesis.run import Synthesis, synthesize

__all__ = ["Made", "Plan", "Question", "Settings", "Synthesis", "synthesize"]
