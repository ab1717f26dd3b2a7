"""What words mean in source code: abbreviations, operators, and names that say nothing about a function."""

from __future__ import annotations

__all__ = ["ABBREVIATIONS", "LANGUAGES", "OPERATOR"]

_LANGUAGES = """
bash cpp csharp fortran golang haskell java javascript js kotlin lua matlab perl php py python python2 python3 ruby
scala typescript
"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""Names of languages: people write them in nearly every question about code, and code hardly ever does."""

_FULL = """
address: addr
argument: arg
attribute: attr
average: avg
boolean: bool
character: char
column: col
command: cmd
configuration: cfg conf config
connection: conn
context: ctx
coordinate: coord
database: db
datetime: dt
delete: del
delimiter: delim
dependency: dep
destination: dest dst
dictionary: dict
difference: diff
directory: dir folder
document: doc
element: elem
environment: env
error: err
exception: exc
expression: expr
function: fn func
image: img
index: idx
integer: int
iterate: iter
length: len
library: lib
matrix: mat
maximum: max
message: msg
minimum: min
number: num
object: obj
package: pkg
parameter: param
password: passwd pwd
pointer: ptr
position: pos
previous: prev
property: prop
random: rand
reference: ref
regex: regexp
request: req
response: resp
sequence: seq
source: src
string: str
synchronize: sync
temporary: temp tmp
text: txt
timestamp: ts
user: usr
utility: util
value: val
variable: var
"""
ABBREVIATIONS = {
    short + ending: full + ending
    for line in _FULL.split("\n")
    if line
    for full, _, shorts in [line.partition(":")]
    for short in shorts.split()
    for ending in ("", "s")
}
"""What is written short, singular and plural, to the word that it stands for."""

OPERATOR = r"[!=<>]=+|[-=]>|<-|:=|::|\?\?|\?\.|\*\*|//=|&&|\|\||<<|>>|\+\+|--|[-+*/%&|^]="
"""An operator of at least two characters, as a regular expression; shorter ones are everywhere."""
