"""What drafts and taking turns are worth, as far as small models made here can tell. No weights are downloaded.

    python benchmarks/decoding.py copying [--minutes 2]
    python benchmarks/decoding.py passes [--layers 24] [--width 896]
    python benchmarks/decoding.py turns TASK [--minutes 3]

`copying` trains a Llama of two layers to repeat what it has read, the part of an answer that quotes, and counts tokens
a pass with prompt lookup. `passes` times passes over 1 to 16 tokens through random weights in a real model's shape:
what checking a draft costs here. `turns` trains a small and a larger Llama on the texts of TASK and lets them take
turns at held-out texts by entropy: the mean loss at each share of the larger one, beside turns by chance.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from common import read_task, report
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from rag.llms.decoding.checkpoint import Checkpoint
from rag.llms.decoding.choosing import Chooser, entropy
from rag.llms.decoding.drafts import Drafter, NoDrafts, PromptLookup
from rag.llms.decoding.run import Run
from rag.llms.decoding.speculating import Speculated
from rag.llms.decoding.switching import Switch

COPIED, LETTERS = 24, 200
"""Tokens that are repeated; different tokens."""
LONG = 128
"""Tokens of a text that the models of `turns` read."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("copying", "passes", "turns"))
    parser.add_argument("task", type=Path, nargs="?")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--layers", type=int, default=24)
    parser.add_argument("--width", type=int, default=896)
    given = parser.parse_args()
    torch.manual_seed(0)
    random.seed(0)
    if given.what == "copying":
        copying(given.minutes)
    elif given.what == "passes":
        passes(given.layers, given.width)
    else:
        turns(given.task, given.minutes)


def llama(layers: int, width: int, vocabulary: int) -> LlamaForCausalLM:
    heads = max(2, width // 64)
    shape = {"hidden_size": width, "intermediate_size": 3 * width, "num_attention_heads": heads}
    return LlamaForCausalLM(
        LlamaConfig(vocab_size=vocabulary, num_hidden_layers=layers, bos_token_id=0, eos_token_id=1, **shape)
    )


def stored(model: LlamaForCausalLM, words: Tokenizer | None = None) -> Checkpoint:
    folder = tempfile.mkdtemp()
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=words or Tokenizer(models.BPE())).save_pretrained(folder)
    return Checkpoint(folder, dtype="float32")


def trained(model: LlamaForCausalLM, batch: Any, minutes: float, rate: float = 2e-3) -> int:
    """Trains for some minutes; returns the steps."""
    optimizer, until, steps = torch.optim.AdamW(model.parameters(), rate), perf_counter() + 60 * minutes, 0
    while perf_counter() < until:
        ids, labels = batch()
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        steps += 1
    model.eval()
    return steps


def repeated(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens, twice; only the second time counts."""
    once = torch.randint(2, LETTERS, (count, COPIED))
    ids = torch.cat([once, once], dim=1)
    labels = ids.clone()
    labels[:, : COPIED + 1] = -100
    return ids, labels


def copying(minutes: float) -> None:
    model = llama(2, 128, LETTERS)
    steps = trained(model, lambda: repeated(64), minutes)
    checkpoint, rows = stored(model), []
    prompts = [[*ids[: COPIED + 2].tolist()] for ids in repeated(200)[0]]
    plain = [decoded(checkpoint, prompt, NoDrafts()) for prompt in prompts]
    right = sum(said == [*prompt[2:COPIED]] for prompt, (said, *_) in zip(prompts, plain, strict=True))
    for most in (0, 2, 3, 5, 10):
        made = [decoded(checkpoint, p, PromptLookup(p, most, 3) if most else NoDrafts()) for p in prompts]
        assert [one[0] for one in made] == [one[0] for one in plain]
        total = sum(one[2] for one in made)
        rows.append(
            {
                "drafted at most": most,
                "tokens a pass": sum(len(one[0]) for one in made) / sum(one[1] for one in made),
                "seconds": total,
                "speed-up": sum(one[2] for one in plain) / total,
            }
        )
    report("decoding-copying", rows, steps=steps, prompts=len(prompts), copied_exactly=right)


def decoded(checkpoint: Checkpoint, prompt: Sequence[int], draft: Drafter) -> tuple[list[int], int, float]:
    """Tokens of the second time, passes, seconds."""
    started = perf_counter()
    decoding = Speculated(Run(checkpoint, prompt), Chooser(), draft)
    said = [token for token, _ in islice(decoding, COPIED - 2)]
    return said, decoding.run.forwards, perf_counter() - started


def passes(layers: int, width: int) -> None:
    checkpoint, rows = stored(llama(layers, width, 32_000)), []
    prompt = [random.randrange(32_000) for _ in range(512)]
    run = Run(checkpoint, prompt)
    run.advance(run.first)
    times: dict[int, list[float]] = {size: [] for size in (1, 2, 3, 4, 6, 11, 16)}
    for _ in range(20):  # in turns, so that what else the machine does falls on all sizes alike
        for size, known in times.items():
            started = perf_counter()
            run.advance(prompt[:size], size)
            known.append(perf_counter() - started)
            run.keep(len(prompt))
    one = min(times[1])
    for size, known in times.items():
        fastest, median = min(known), sorted(known)[len(known) // 2]
        rows.append({"tokens": size, "ms, fastest": fastest * 1e3, "median": median * 1e3, "of one": fastest / one})
    parameters = sum(weight.numel() for weight in checkpoint.model.parameters())
    report("decoding-passes", rows, layers=layers, width=width, million_parameters=round(parameters / 1e6))


def turns(task: Path, minutes: float) -> None:
    texts = [one["text"] for one in read_task(task).corpus.values()]
    random.shuffle(texts)
    held, seen = texts[: len(texts) // 10], texts[len(texts) // 10 :]
    words = Tokenizer(models.BPE())
    words.pre_tokenizer, words.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    words.train_from_iterator(seen, trainers.BpeTrainer(vocab_size=2_000, show_progress=False))
    stream = torch.tensor([token for text in seen for token in words.encode(text).ids])

    def batch() -> tuple[torch.Tensor, torch.Tensor]:
        starts = torch.randint(0, len(stream) - LONG, (16,))
        ids = torch.stack([stream[start : start + LONG] for start in starts])
        return ids, ids

    size = words.get_vocab_size()
    small, large = llama(1, 64, size), llama(4, 256, size)
    steps = [trained(model, batch, minutes, 1e-3) for model in (small, large)]
    tokens = [words.encode(text).ids[:LONG] for text in held]
    measured = [(weighed(small, ids), weighed(large, ids)) for ids in tokens if len(ids) == LONG][:100]
    rows = [taken(measured, threshold) for threshold in (99.0, 7.0, 6.0, 5.0, 4.0, 3.0, -1.0)]
    report("decoding-turns", rows, task=task.name, texts=len(measured), steps_small=steps[0], steps_large=steps[1])


def weighed(model: LlamaForCausalLM, ids: Sequence[int]) -> list[tuple[float, float]]:
    """Entropy and loss of every token, in bits."""
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([list(ids)])).logits[0, :-1].float()
    losses = torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="none") / 0.6931471805599453
    return [(entropy(row), float(loss)) for row, loss in zip(logits, losses, strict=True)]


def taken(measured: Sequence[tuple[Any, Any]], threshold: float) -> dict[str, float]:
    """The mean loss where the models take turns, beside turns by chance with the same share."""
    losses, shares, ends = [], [], ([], [])
    for pair in measured:
        switch = Switch(threshold)
        for place in range(len(pair[0])):
            bits, loss = pair[switch.large][place]
            losses.append(loss)
            shares.append(switch.large)
            ends[0].append(pair[0][place][1])
            ends[1].append(pair[1][place][1])
            switch.note(bits)
    count = len(losses)
    share, low, high = sum(shares) / count, sum(ends[0]) / count, sum(ends[1]) / count
    chance = (1 - share) * low + share * high
    return {"threshold": threshold, "large share": share, "bits a token": sum(losses) / count, "by chance": chance}


if __name__ == "__main__":
    main()
