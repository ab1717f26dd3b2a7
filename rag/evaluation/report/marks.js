// What is marked in a passage's text: places of its source (quotes, evidence), right answers, and the token that is met.

// A text's characters are counted by Python, where one outside the first plane is one and not two.
const unit = (text, at) => (/[\ud800-\udfff]/.test(text) ? [...text].slice(0, Math.max(0, at)).join("").length : at);

// Where a passage's text has what stands from one character of its source to another, and what is missing of it.
// Pieces are there where a step shortened the passage inside: `[length, from]`, or `[length, from, to]` of words written anew.
function placesIn([, start, end, , , text, pieces], from, to) {
  const first = Math.max(from, start ?? 0), last = Math.min(to, end ?? Infinity);
  if (first >= last) return { at: [], missing: "" };
  if (!pieces) return { at: [[first - start, last - start]], missing: "" };
  if (!pieces.length) return { at: [], missing: "not marked: the run does not tell where this text comes from" };
  const at = [], known = [];
  let low = 0;
  for (const [length, begins, ends] of pieces) {
    const a = Math.max(first, begins), b = Math.min(last, ends ?? begins + length);
    if (a < b) {
      known.push([a, b]);
      // Of words written anew there is nothing finer than the piece.
      if (length) at.push(ends === undefined ? [low + a - begins, low + b - begins] : [low, low + length]);
    }
    low += length;
  }
  let reached = first, whole = true;
  for (const [a, b] of known.sort((one, other) => one[0] - other[0])) {
    whole &&= a <= reached;
    reached = Math.max(reached, b);
  }
  if (whole && reached >= last) return { at, missing: "" };
  return { at, missing: at.length ? "left out in part" : "left out" };
}

const quotesOf = (found) => found.quotes.map(([, source, from, to]) => [source, from, to, "", "quote"]);
const evidenceOf = (found) => found.evidence.map(([source, from, to]) => [source, from, to, "gold", "evidence"]);
const wantedOf = (found, source) => [...quotesOf(found), ...evidenceOf(found)].filter(([of]) => of === source);

// What of a passage's quotes and evidence its text does not show.
function notes(found, passage) {
  const said = wantedOf(found, passage[0]).map(([, from, to, , name]) => [name, placesIn(passage, from, to).missing]);
  return [...new Set(said.filter(([, missing]) => missing).map(([name, missing]) => `${name} ${missing}`))];
}

// Quotes and evidence of which no passage of their source shows anything.
function nowhere(found, pool) {
  const away = ([of, from, to]) => {
    const same = pool.filter(([source]) => source === of);
    return same.length && same.every((passage) => passage[6]?.length !== 0 && !placesIn(passage, from, to).at.length);
  };
  const told = [[quotesOf(found), "quote", "quotes"], [evidenceOf(found), "piece of evidence", "pieces of evidence"]]
    .map(([all, one, more]) => [all.filter(away).length, one, more]).filter(([number]) => number);
  return told.map(([number, one, more]) =>
    make("p", { class: "away" }, number === 1 ? `1 ${one} is not in the text of these passages.` : `${count(number)} ${more} are not in the text of these passages.`));
}

// The parts of a passage's text, those that are quoted, evidence, a right answer or `met` as marks.
function marked(query, found, passage, met = []) {
  const [source, , , , , text] = passage;
  const marks = met.map(([from, to]) => [from, to, "met"]);
  for (const [, from, to, kind] of wantedOf(found, source)) {
    for (const [a, b] of placesIn(passage, from, to).at) marks.push([unit(text, a), unit(text, b), kind]);
  }
  const lower = text.toLowerCase();
  for (const answer of data.answers[query] || []) {
    const wanted = answer.toLowerCase();
    for (let at = wanted ? lower.indexOf(wanted) : -1; at >= 0; at = lower.indexOf(wanted, at + wanted.length)) marks.push([at, at + wanted.length, "gold"]);
  }
  const edges = [...new Set([0, text.length, ...marks.flatMap(([from, to]) => [from, to])])].filter((at) => at >= 0 && at <= text.length).sort((a, b) => a - b);
  return edges.slice(1).map((to, place) => {
    const from = edges[place], covering = marks.filter(([a, b]) => a <= from && to <= b);
    if (!covering.length) return text.slice(from, to);
    return make("mark", { class: [...new Set(covering.map(([, , kind]) => kind))].join(" ").trim() }, text.slice(from, to));
  });
}
