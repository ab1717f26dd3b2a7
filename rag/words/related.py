"""What a question about source code may mean by a word: the word, others that programmers use for it, its beginning.

A word and its alternatives count as one term of several forms (INQUERY's synonym operator): occurrences are added,
an alternative's only in part, and only then do rarity and saturation weigh them [1, 2]. Figures: `docs/code-search.md`.

[1] Turtle, Croft: Evaluation of an Inference Network-Based Retrieval Model (1991).
[2] Pirkola: The Effects of Query Structure and Dictionary Setups in Dictionary-Based Cross-Language Retrieval (1998).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

from rag.words.analysis import Analyzer, Forms, beginning

__all__ = ["asked"]

_RELATED_COUNTS = 0.2
"""Of an occurrence of another word for it. From 0.1 to 0.3 it makes little difference."""
_BEGINNING_COUNTS = 0.3
"""Of an occurrence of a word that begins alike (`formatter`, `formatting`). From 0.2 to 0.4 it makes little
difference."""
_GROUPS = """
remove delete drop discard strip clear erase pop unlink eliminate exclude clean
create make build generate construct initialize new
get fetch retrieve obtain return access
check test verify validate ensure assert determine detect whether
convert transform cast translate change
find search locate lookup
print display show output
write save dump store export
read load open parse import
modify update set edit change
replace substitute
add append insert push
count number length size
combine merge join concatenate concat union
split tokenize divide
sort order rank
list array sequence iterable
dictionary map mapping hash
directory folder path
unique distinct duplicate
random shuffle sample
image picture photo
plot draw figure graph chart
numpy np ndarray
array ndarray vector matrix
pandas pd dataframe series
table dataframe
date datetime day timestamp time
integer number numeric digit
float decimal
null none nan empty missing
exit quit stop terminate kill close
start run execute launch call invoke
url uri link http
download fetch
uppercase upper capitalize
lowercase lower
average mean
maximum largest highest biggest greatest
minimum smallest lowest least
first head
last tail end
character letter
row line record
column field
regex pattern match
copy clone duplicate
equal same compare identical
shape dimension size
substring slice
multiply product
sum total
subtract difference
rename move
encode encoding unicode utf8 bytes
decode decoding unicode utf8 bytes
console terminal screen stdout
excel xls xlsx spreadsheet
serialize pickle dump json
reverse invert
flatten nested
iterate loop traverse walk
swap exchange
round truncate
whitespace space blank
email mail smtp
thread parallel concurrent
password credential
intersection overlap common
exist exists
item element entry
extract get
limit maximum
position index location
quotes quote quoted
select filter query
method function
parameter argument
attribute property field
"""


def asked(analyzer: Analyzer, question: str) -> Mapping[str | Forms, float]:
    """The terms of a question and how often it has each; of one about code, with what else they may be."""
    terms = Counter(analyzer.terms(question))
    return {_forms(analyzer, term, terms) if analyzer.code else term: count for term, count in terms.items()}


def _forms(analyzer: Analyzer, term: str, said: Mapping[str, int]) -> Forms:
    """A term and what counts in part for it; what the question says itself counts as such."""
    others = [(other, _RELATED_COUNTS) for other in _related(analyzer).get(term, ()) if other not in said]
    begun = beginning(term)
    if begun is None:
        return ((term, 1.0), *others)
    return ((term, 1 - _BEGINNING_COUNTS), (begun, _BEGINNING_COUNTS), *others)  # the term begins like itself


@cache
def _related(analyzer: Analyzer) -> Mapping[str, tuple[str, ...]]:
    """Terms to other terms for them."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in _GROUPS.strip().splitlines():
        terms = list(dict.fromkeys(analyzer.terms(line)))
        for term in terms:
            found[term] += [other for other in terms if other != term and other not in found[term]]
    return {term: tuple(others) for term, others in found.items()}
