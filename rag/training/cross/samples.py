"""Examples as rows of tokens with targets, drawn anew every epoch: crops, negatives and titles vary."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from rag.encoders.tokenizer import default_tokenizer
from rag.skills.cross import Judgement
from rag.skills.cross_rows import HEAD, LONGEST, Role, row
from rag.skills.support import claim_row
from rag.training.cross.examples import Asked, Judged, Span, Stated
from rag.training.cross.negatives import altered, hard_negatives, without_answer
from rag.training.cross.sample import UNKNOWN, Sample, Tokens
from rag.training.cross.together import chosen, together

__all__ = ["Samples", "heard"]

SIZES, SHARES = (128, 176, 256), (0.4, 0.35, 0.25)
"""Tokens of a row at most, and how often: short rows are cheap, long ones are what is read later."""
QUESTIONS, STATEMENTS, NEGATIVES = 4000, 2500, 2500
"""Of a source in an epoch, at most: no set is heard so often that it drowns the others. Reading is the hardest to
learn, so questions are heard most."""
LARGE = 0.5, 0.35
"""Of a large source this share of the questions is heard in an epoch all the same, and with so many of these a passage
that does not answer: what is varied is not learnt by heart."""
UNANSWERED = 2
"""How often in an epoch a question is heard that people wrote to have no answer: of these there are fewest."""
ALTERED, EMPTIED = 0.3, 0.2
"""Shares of answerable questions beside which an altered question stands, and the passage without its answer."""
TITLED = 0.7
"""How often a passage is read with its title."""
HOPS, BESIDE = 2, 0.12
"""How often in an epoch a question over several passages is read with some of them in one row, and how often another
question with its passage and one that does not answer."""


class Samples:
    """Every epoch's samples of the training examples; the same seed and epoch give the same samples."""

    def __init__(self, examples: Sequence[Asked | Stated], seed: int) -> None:
        self.asked = [example for example in examples if isinstance(example, Asked)]
        self.stated = [example for example in examples if isinstance(example, Stated)]
        self.seed = seed
        self.known: dict[str, Tokens] = {}

    @cached_property
    def negatives(self) -> list[tuple[Judged, ...]]:
        """Of each question, by BM25."""
        return hard_negatives(self.asked)

    def epoch(self, number: int) -> list[list[Sample]]:
        """Groups that are compared with each other: a question's passages, or a statement alone."""
        chance = random.Random(1000 * self.seed + number)  # noqa: S311 - not a secret
        sizes = Counter(example.source for example in self.asked)
        shares = {source: heard(size) for source, size in sizes.items()}
        groups: list[list[Sample]] = []
        for question, negatives in zip(self.asked, self.negatives, strict=True):
            asked, share = shares[question.source]
            times = sum(chance.random() < asked for _ in range(1 if question.answerable else UNANSWERED))
            groups += [list(self._question(question, negatives, share, chance)) for _ in range(times)]
            groups += self._together(question, negatives, share, chance)
        stating = Counter(example.source for example in self.stated)
        groups += [[stated(one)] for one in self.stated if chance.random() < STATEMENTS / stating[one.source]]
        chance.shuffle(groups)
        return [group for group in groups if group]

    def _question(
        self, question: Asked, near: Sequence[Judged], share: float, chance: random.Random
    ) -> Iterator[Sample]:
        asked = default_tokenizer().ids([question.question], LONGEST[Role.QUESTION])[0]
        size = chance.choices(SIZES, SHARES)[0]
        gold = [passage for passage in question.passages if passage.relevant is not False]
        others = [passage for passage in question.passages if passage.relevant is False]
        yield from (self._passage(asked, passage, size, chance) for passage in gold)
        beside = [*chance.sample(others, min(len(others), 2))]
        if not beside and near and chance.random() < share:
            beside = [near[min(int(chance.expovariate(0.25)), len(near) - 1)]]
        yield from (self._passage(asked, passage, size, chance) for passage in beside)
        if not (question.answerable and question.answers and len(gold) == 1):
            return
        if chance.random() < ALTERED:
            other = altered(question.question, gold[0].text, chance)
            if other is not None:
                passage = Judged(gold[0].text, gold[0].document, gold[0].title, None, (), True, ())
                yield self._passage(default_tokenizer().ids([other], LONGEST[Role.QUESTION])[0], passage, size, chance)
        if chance.random() < EMPTIED:
            emptied = without_answer(gold[0], question.answers)
            if emptied is not None:
                yield self._passage(asked, emptied, size, chance)

    def _together(
        self, question: Asked, near: Sequence[Judged], share: float, chance: random.Random
    ) -> Iterator[list[Sample]]:
        """Rows of several passages, each a group of its own."""
        asked = default_tokenizer().ids([question.question], LONGEST[Role.QUESTION])[0]
        hops = sum(passage.relevant is True for passage in question.passages) > 1
        for _ in range(HOPS if hops else int(chance.random() < BESIDE * share)):
            passages = chosen(question, near, chance)
            titles = [passage.title if chance.random() < TITLED else "" for passage in passages]
            heads = default_tokenizer().ids(titles, HEAD)
            made = [(one, self._tokens(one), head) for one, head in zip(passages, heads, strict=True)]
            sample = together(asked, made, chance)
            if sample is not None:
                yield [sample]

    def _tokens(self, passage: Judged) -> Tokens:
        if passage.text not in self.known:
            self.known[passage.text] = Tokens.of(passage.text)
        return self.known[passage.text]

    def _passage(self, asked: list[int], passage: Judged, size: int, chance: random.Random) -> Sample:
        tokens = self._tokens(passage)
        title = default_tokenizer().ids([passage.title], HEAD)[0] if chance.random() < TITLED else []
        answers = [span for span in map(tokens.span, passage.answers) if span]
        kept = None if passage.kept is None else [span for span in map(tokens.span, passage.kept) if span]
        room = size - 3 - len(asked) - len(title)
        first = _crop(tokens, room, next(iter(answers or kept or ()), None), chance)
        made = row([(Role.QUESTION, asked), (Role.PASSAGE, tokens.ids)], size, head=title, skip=first)
        begin, end = made.begin, made.begin + made.size
        sample = Sample(made.ids, made.roles)
        if passage.relevant is not None:
            sample.judged[Judgement.RANK] = float(passage.relevant)
        inside = [(a - first + begin, b - first + begin) for a, b in answers]
        inside = [(a, b) for a, b in inside if begin <= a and b < end]
        if inside:
            sample.starts, sample.ends = [a for a, _ in inside], [b for _, b in inside]
            sample.judged[Judgement.ANSWERABLE] = 1.0
        elif passage.told and not answers:
            sample.starts = sample.ends = [0]
            sample.judged[Judgement.ANSWERABLE] = 0.0
        if kept is not None:
            sample.keep = [UNKNOWN] * begin + [0] * (end - begin) + [UNKNOWN]
            for a, b in kept:
                for place in range(max(begin, a - first + begin), min(end, b - first + begin + 1)):
                    sample.keep[place] = 1
        return sample


def heard(size: int) -> tuple[float, float]:
    """The share of a source of so many questions that an epoch hears, and of these with a negative beside."""
    asked = min(1.0, max(LARGE[0], QUESTIONS / size))
    return asked, min(1.0, max(LARGE[1], NEGATIVES / (size * asked)))


def stated(statement: Stated) -> Sample:
    """A statement's row, laid out as it is in use."""
    claim, passage = statement.texts
    made = claim_row(claim, passage)
    return Sample(made.ids, made.roles, {Judgement.SUPPORT: statement.label})


def _crop(tokens: Tokens, room: int, wanted: Span | None, chance: random.Random) -> int:
    """The first token that is read: a sentence's first, such that what is wanted is read too."""
    spare = len(tokens.ids) - room
    if spare <= 0:
        return 0
    if wanted is None:
        return chance.choice([begin for begin in tokens.begins if begin <= spare] or [0])
    first, last = wanted
    fitting = [begin for begin in tokens.begins if begin <= first and last < begin + room]
    fitting = [begin for begin in fitting if begin <= spare] or fitting
    return chance.choice(fitting) if fitting else max(0, min(first, last - room + 1))
