"""CRAT's first three agents: which terms a text has, what is known of them, which translations hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel

from rag.asking.searching import key_of
from rag.generators.prompts import filled
from rag.kinds import TermFinder
from rag.passages.parts import source_of
from rag.translation.calls import Calls
from rag.translation.checks import Sides
from rag.translation.detect import Found, detected
from rag.translation.external import entries_in, from_glossary, from_passages
from rag.translation.glossary import Glossary
from rag.translation.graph import Candidate, Node, Verdict, distinct, merged
from rag.translation.judge import context_of, judged
from rag.translation.languages import name_of
from rag.translation.portions import portions
from rag.translation.prompts import Prompts, candidate_in, candidates_in, quoted, terms_in, verdicts_in
from rag.translation.relations import with_relations

__all__ = ["Research"]

_READ = 8_000
"""Characters of a text that the detector reads at once."""
_AT_ONCE = 15
"""Terms that a model is asked about at once."""
_HINTS = 20
_AROUND = 1
"""Sentences on either side of a term's that a model reads."""
_QUOTES, _QUOTE = 3, 300
"""Facts of a term that a model is shown, and characters of each."""

Find = Callable[[str], list[Document]]


@dataclass(frozen=True)
class Research:
    """What finding, knowing and judging work with."""

    languages: tuple[str, str]
    sides: Sides
    glossary: Glossary
    encoder: Embeddings
    prompts: Prompts
    calls: Calls
    finder: TermFinder | None
    max_terms: int
    """Beside the glossary's."""
    margin: float = 0.0
    """See `judge.judged`."""
    reflections: int = 1
    """How often another translation is asked for where none holds."""
    trusted: bool = False
    """Whether a glossary's only translation of a term is taken without asking a model."""

    def terms(self, text: str, llm: BaseChatModel | None, *, detect: bool) -> list[Node]:
        """The glossary's terms in a text, and those that the detector finds, in the order of the text.

        A model is asked only where counting finds something that might be a term.
        """
        nodes = self._of_glossary(text)
        if not detect:
            return nodes
        taken = [place for node in nodes for place in node.places]
        found = [one for one in detected(text, self.sides.source, 4 * self.max_terms, self.finder) if _worthy(one)]
        if llm is not None and (found or nodes):
            listed = self._by_model(text, llm, found)
            chosen = [(term, tuple(self._places(term, text)), "model") for term in listed]
        else:
            chosen = [(one.term, one.places, one.why) for one in found]
        room = max(0, self.max_terms - len(nodes))
        free = [Node(term, places, why) for term, places, why in chosen if places and not _inside(places, taken)]
        return _tidy(merged([*nodes, *free[:room]]))

    def _of_glossary(self, text: str) -> list[Node]:
        found: dict[tuple[str, ...], Node] = {}
        for match in self.glossary.find(text):
            key = self.sides.source.keys(match.entries[0].term)
            before = found.get(key) or Node(text[match.start : match.end], why="glossary")
            places = (*before.places, (match.start, match.end))
            found[key] = from_glossary(before.with_(places=places), match.entries)
        return list(found.values())

    def _by_model(self, text: str, llm: BaseChatModel, found: Sequence[Found]) -> list[str]:
        listed: dict[str, None] = {}
        for portion in portions(text, _READ):
            part = text[portion.start : portion.end]
            if portion.copied:
                continue
            hints = [one.term for one in found if one.term in part][:_HINTS]
            prompt = self._filled(
                self.prompts.detect, text=quoted(part), most=str(self.max_terms), hints=", ".join(hints) or "none"
            )
            said = self.calls.help(llm, prompt, "detect")
            if said.failure:
                return [one.term for one in found]
            listed.update(dict.fromkeys(terms_in(said.text, part)))
        return list(listed)

    def _places(self, term: str, text: str) -> list[tuple[int, int]]:
        return self.sides.source.places(term, self.sides.source.words(text), text)

    def graph(
        self, text: str, nodes: Sequence[Node], find: Find | None, llm: BaseChatModel | None
    ) -> tuple[list[Node], list[Document]]:
        """The nodes with what the text, the index and the model know of them, and the passages that were of use."""
        known = with_relations(text, nodes)
        used: dict[str, Document] = {}
        looked_at: dict[str, Document] = {}
        if find is not None:
            for place, node in enumerate(known):
                if node.why == "glossary":
                    continue
                hits = find(node.term)
                known[place], useful = from_passages(node, hits, self.sides.source, self.languages)
                used.update({key_of(one): one for one in useful})
                looked_at.update({key_of(one): one for one in hits})
            known, listing = self._of_lists(text, known, list(looked_at.values()))
            used.update({key_of(one): one for one in listing})
        asked = [node for node in known if not node.candidates] if llm is not None else []
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            told = "\n".join(f"- {node.term}{_known_of(node)}" for node in some)
            around = "\n".join(dict.fromkeys(context_of(text, node, _AROUND) for node in some))
            prompt = self._filled(self.prompts.know, terms=quoted(told), text=quoted(around))
            said = self.calls.help(llm, prompt, "know") if llm is not None else None
            proposed = candidates_in(said.text, some) if said else {}
            known = [
                node.with_(candidates=distinct((*node.candidates, *proposed.get(node.term, ())))) for node in known
            ]
        return known, list(used.values())

    def _of_lists(
        self, text: str, nodes: Sequence[Node], passages: Sequence[Document]
    ) -> tuple[list[Node], list[Document]]:
        """The nodes with further terms of the text that lists of words in passages have, and these passages.

        What was searched for may be longer than the term of a list: "cause scleroderma".
        """
        known = {self.sides.source.keys(node.term) for node in nodes if node.candidates}
        taken = [place for node in nodes if node.candidates for place in node.places]
        new: dict[tuple[str, ...], Node] = {}
        for match in Glossary(entries_in(passages, self.languages), self.sides.source).find(text):
            place = (match.start, match.end)
            key = self.sides.source.keys(match.entries[0].term)
            if key not in known and not _inside([place], taken):
                before = new.get(key) or Node(text[match.start : match.end], why="index")
                new[key] = from_glossary(before.with_(places=(*before.places, place)), match.entries, "index")
        sources = {fact.source for node in new.values() for one in node.candidates for fact in one.facts}
        return _tidy(merged([*nodes, *new.values()])), [one for one in passages if source_of(one) in sources]

    def judged(self, text: str, node: Node, llm: BaseChatModel | None) -> Node:
        """A node with the first of its candidates that holds; asks for another one where none does."""
        context, around = context_of(text, node), context_of(text, node, _AROUND)
        sure = self.trusted and len(node.candidates) == 1 and node.candidates[0].origin == "glossary"
        if llm is None or not node.candidates or sure:
            return _settled(node, judged(node, context, self.encoder, self.margin))
        verdicts = self._verdicts(node, node.candidates, (context, around), llm)
        node = _settled(node, verdicts)
        for _ in range(self.reflections):
            if node.chosen is not None:
                break
            refused = "\n".join(f"- {verdict.candidate.translation}" for verdict in node.verdicts)
            prompt = self._filled(self.prompts.another, term=node.term, passage=quoted(around), refused=quoted(refused))
            new = candidate_in(self.calls.help(llm, prompt, "reflect").text)
            if new is None or new.translation.casefold() in {one.translation.casefold() for one in node.candidates}:
                break
            node = node.with_(candidates=(*node.candidates, new))
            node = _settled(node, (*node.verdicts, *self._verdicts(node, (new,), (context, around), llm)))
        return node

    def _verdicts(
        self, node: Node, candidates: Sequence[Candidate], passages: tuple[str, str], llm: BaseChatModel
    ) -> tuple[Verdict, ...]:
        """What the model finds of each candidate; what the encoder does, where the model says nothing of use."""
        listed = "\n".join(
            f"{number}: {one.translation}{f' ({one.meaning})' if one.meaning else ''}"
            for number, one in enumerate(candidates, 1)
        )
        prompt = self._filled(
            self.prompts.judge, term=node.term, passage=quoted(passages[1]), candidates=quoted(listed)
        )
        found = verdicts_in(self.calls.help(llm, prompt, "judge").text, len(candidates))
        if not found:
            return judged(node.with_(candidates=tuple(candidates)), passages[0], self.encoder, self.margin)
        return tuple(
            Verdict(one, place in found and found[place][0], found[place][1] if place in found else "not judged")
            for place, one in enumerate(candidates)
        )

    def _filled(self, prompt: str, **values: str) -> str:
        source, target = map(name_of, self.languages)
        return filled(prompt, source=source, target=target, **values)


def _settled(node: Node, verdicts: Sequence[Verdict]) -> Node:
    chosen = next((verdict.candidate for verdict in verdicts if verdict.kept), None)
    return node.with_(verdicts=tuple(verdicts), chosen=chosen)


def _worthy(found: Found) -> bool:
    """Whether a phrase might need looking up: ordinary words only where they come again together."""
    return found.unknown or (len(found.places) > 1 and len(found.term.split()) > 1)


def _inside(places: Sequence[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> bool:
    """Whether every place overlaps a term of the glossary."""
    return all(any(start < end_of and start_of < end for start_of, end_of in taken) for start, end in places)


def _tidy(nodes: Sequence[Node]) -> list[Node]:
    """Without terms of which nothing is known that are but longer or shorter cuts of another one."""
    known = [place for node in nodes if node.candidates for place in node.places]
    kept = []
    for node in nodes:
        others = (
            {place for other in nodes if other is not node for place in other.places} if not node.candidates else ()
        )
        part = node.why in ("name", "phrase") and all(
            any(one[0] <= place[0] and place[1] <= one[1] for one in others) for place in node.places
        )
        if node.candidates or not (part or (node.why != "model" and _inside(node.places, known))):
            kept.append(node)
    return kept


def _known_of(node: Node) -> str:
    facts = [fact.quote for fact in node.facts if fact.kind in ("definition", "acronym", "passage")][:_QUOTES]
    return "".join(f"\n    found: {' '.join(quote.split())[:_QUOTE]}" for quote in facts)
