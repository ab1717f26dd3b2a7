"""How `lexical` is trained: heads over the frozen encoder's token vectors, taught an order of passages.

[1] Formal et al.: SPLADE v2, Sparse Lexical and Expansion Model for Information Retrieval (2021), section 3: FLOPS
    regularisation and distillation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.encoders.minilm import MiniLM
from rag.encoders.static import token_weights
from rag.encoders.tokenizer import default_tokenizer
from rag.index.lexical import Lexical as Bm25
from rag.index.view import Passage, Rows
from rag.skills.lexical import Lexical, word_table
from rag.training.fit import fit
from rag.training.recipe import Head
from rag.training.settings import Run, Told
from rag.training.tokens.data import Data, Group, Question, batched
from rag.training.tokens.questions import OfQuestions
from rag.training.tokens.teacher import taught
from rag.weights import VOCABULARY
from rag.weights.convert import quantize_rows

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

__all__ = ["LexicalRecipe"]

HIDDEN = 384
RATE = 3e-3
SPARSE = 1e-3
"""What the FLOPS of a passage's weights cost [1]."""
LONGEST = 254
ROUND = 256
AT_LEAST = 10
"""Held-out questions of a set that has a figure."""


class LexicalRecipe(OfQuestions):
    """Heads on the frozen encoder that weigh word pieces and add others.

    A question's passage stands against passages that BM25 finds for it and against those of the other questions of a
    batch; the order of its own is learnt from the encoder's token vectors and the cross-encoder together. Passages pay
    for every piece that they are given.
    """

    skill = "lexical"
    epochs = 4
    limits = "English. Other words for the same thing are added by the text as a whole, not by its parts."

    def train(self, data: Data, run: Run) -> Head:
        """The heads of the epoch that ranks the development questions best."""
        import torch

        torch.manual_seed(run.seed)
        teacher = taught(data, run.folder, run.tell)
        groups = [*teacher.train, *teacher.dev]
        read = _Read(dict.fromkeys(text for g in groups for text in (g.question, *g.passages)), run.tell)
        module = _module()

        def batches(number: int) -> list[list[Group]]:
            return batched(teacher.train, Random(run.seed * 1_000 + number))  # noqa: S311 - not a secret

        def loss(batch: list[Group]) -> torch.Tensor:
            return _loss(module, read, batch)

        def score() -> float:
            return _mrr(module, read, teacher.dev)

        fit(module, run, batches=batches, loss=loss, score=score, rate=RATE)
        arrays = _stored(module)
        texts = [group.passages[0] for group in teacher.dev[:8]]
        return Head(arrays, parity=_parity(module, read, arrays, texts), facts={"encoder": "all-MiniLM-L6-v2@1110a243"})

    def measure(self, skill: Lexical, data: Data) -> dict[str, float]:
        """MRR over each set's held-out passages, beside BM25; what a text's weights are."""
        found: dict[str, float] = {}
        sizes = []
        for name, questions in data.tests.items():
            if len(questions) < AT_LEAST:
                continue
            texts = list(dict.fromkeys(text for q in questions for text in (*q.right, *q.wrong)))
            passages = skill.encode(texts)
            sizes.append(passages.nnz / len(texts))
            asked = skill.encode([question.text for question in questions], query=True)
            found[f"MRR, {name}"] = _ranked((asked @ passages.T).toarray(), questions, texts)
            found[f"MRR, {name}, BM25"] = _ranked(_bm25(questions, texts), questions, texts)
        return found | ({"weights of a passage": float(np.mean(sizes))} if sizes else {})


class _Read:
    """Token ids and vectors of every text, computed once; half precision."""

    def __init__(self, texts: dict[str, None], tell: Callable[[Told], None]) -> None:
        self.ids: dict[str, NDArray[np.int64]] = {}
        self.vectors: dict[str, NDArray[np.float16]] = {}
        encoder, every = MiniLM(), list(texts)
        for start in range(0, len(every), ROUND):
            tell(Told("encoding", start, len(every)))
            some = every[start : start + ROUND]
            rows = default_tokenizer().ids(some, LONGEST)
            for text, row, vectors in zip(some, rows, encoder.encode_token_ids(rows), strict=True):
                self.ids[text], self.vectors[text] = np.array(row, np.int64), vectors.astype(np.float16)


def _module() -> Any:
    """The heads; at the start a token counts as in the encoder `static`, and the words nearest to a text are added."""
    import torch
    from torch.nn import functional

    class Heads(torch.nn.Module):  # type: ignore[misc]  # torch is not looked into
        def __init__(self) -> None:
            super().__init__()
            self.own = torch.nn.Linear(HIDDEN, 2)
            torch.nn.init.zeros_(self.own.weight)
            torch.nn.init.zeros_(self.own.bias)
            self.turn = torch.nn.Parameter(4 * torch.eye(HIDDEN))
            # softplus of the prior is the weight of a token of which nothing else is known.
            telling = torch.from_numpy(token_weights()).clamp_min(0.05)
            self.prior = torch.nn.Parameter(torch.log(torch.expm1(telling / telling.mean())))
            self.bias = torch.nn.Parameter(torch.full((VOCABULARY,), -1.0))
            self.words = torch.from_numpy(word_table())

        def of(self, ids: list[torch.Tensor], vectors: list[torch.Tensor], *, query: bool) -> torch.Tensor:
            """Weights `[texts, vocabulary]` of texts by their own pieces and, where they are passages, by the whole."""
            rows = torch.repeat_interleave(torch.arange(len(ids)), torch.tensor([len(row) for row in ids]))
            pieces, inside = torch.cat(ids), torch.cat([some[1:-1] for some in vectors])
            logits = self.own(inside)[:, 1 if query else 0] + self.prior[pieces]
            flat = torch.zeros(len(ids) * VOCABULARY)
            flat = flat.scatter_reduce(0, rows * VOCABULARY + pieces, functional.softplus(logits), "amax")
            own = flat.view(len(ids), VOCABULARY)
            if query:
                return own
            whole = functional.normalize(torch.stack([some.mean(dim=0) for some in vectors]), dim=1)
            added = (whole @ self.turn.T) @ self.words.T + self.bias
            return torch.maximum(own, torch.log1p(functional.relu(added)))

    return Heads()


def _of(module: Any, read: _Read, texts: Sequence[str], *, query: bool) -> torch.Tensor:
    import torch

    ids = [torch.from_numpy(read.ids[text]) for text in texts]
    return module.of(ids, [torch.from_numpy(read.vectors[text]).float() for text in texts], query=query)


def _loss(module: Any, read: _Read, batch: Sequence[Group]) -> torch.Tensor:
    """Contrast over the batch, the distance from the teacher, and the FLOPS of passages [1]."""
    import torch
    from torch.nn import functional

    texts = list(dict.fromkeys(text for group in batch for text in group.passages))
    place = {text: at for at, text in enumerate(texts)}
    passages = _of(module, read, texts, query=False)
    asked = _of(module, read, [group.question for group in batch], query=True)
    scores = asked @ passages.T
    away = torch.zeros(scores.shape, dtype=torch.bool)
    for at, group in enumerate(batch):
        for text, column in place.items():
            away[at, column] = column != place[group.passages[0]] and text in group.right
    first = torch.tensor([place[group.passages[0]] for group in batch])
    contrast = functional.cross_entropy(scores.masked_fill(away, float("-inf")), first)
    own = torch.tensor([[place[text] for text in group.passages] for group in batch])
    mine = functional.log_softmax(scores.gather(1, own), dim=1)
    wanted = functional.softmax(torch.tensor([group.teacher for group in batch]), dim=1)
    flops = (passages.mean(dim=0) ** 2).sum()
    return contrast + functional.kl_div(mine, wanted, reduction="batchmean") + SPARSE * flops


def _mrr(module: Any, read: _Read, groups: Sequence[Group]) -> float:
    """Mean reciprocal rank of the right passage among each question's own."""
    found = []
    for group in groups:
        passages = _of(module, read, group.passages, query=False)
        scores = passages @ _of(module, read, [group.question], query=True)[0]
        found.append(1 / (1 + int((scores[1:] >= scores[0]).sum())))
    return float(np.mean(found))


def _stored(module: Any) -> dict[str, NDArray[Any]]:
    """The arrays by their names on disk."""
    arrays = {name: value.detach().numpy() for name, value in module.named_parameters()}
    turn, scale = quantize_rows(arrays["turn"])
    return {
        "own.weight": arrays["own.weight"],
        "own.bias": arrays["own.bias"],
        "turn.weight": turn,
        "turn.weight.scale": scale,
        "prior": arrays["prior"].astype(np.float16),
        "bias": arrays["bias"].astype(np.float16),
    }


def _parity(module: Any, read: _Read, arrays: dict[str, NDArray[Any]], texts: Sequence[str]) -> float:
    """The largest difference of a weight that the stored skill keeps from torch's."""
    import torch

    said = Lexical(arrays, {}).encode(texts).tocoo()
    with torch.inference_mode():
        passages = _of(module, read, texts, query=False).numpy()
    return float(np.abs(passages[said.row, said.col] - said.data).max())


def _ranked(scores: NDArray[np.float32], questions: Sequence[Question], texts: Sequence[str]) -> float:
    """Mean reciprocal rank of each question's first right passage among all."""
    place = {text: column for column, text in enumerate(texts)}
    found = []
    for row, question in zip(scores, questions, strict=True):
        right = [place[text] for text in question.right]
        best = row[right].max()
        found.append(1 / (1 + int((np.delete(row, right) >= best).sum())))
    return float(np.mean(found))


def _bm25(questions: Sequence[Question], texts: Sequence[str]) -> NDArray[np.float32]:
    """BM25 of every passage for every question."""
    view, count = Bm25(), len(texts)
    rows = Rows(np.arange(count), np.arange(count, dtype=np.uint64), np.ones(count, dtype=np.bool_))
    index = view.open([view.derive([Passage(text) for text in texts])], None, rows)
    scores = np.zeros((len(questions), count), np.float32)
    for row, question in enumerate(questions):
        hits = index.search(question.text, count)
        scores[row, hits.rows] = hits.scores
    return scores
