// Late interaction: which token of a passage each token of the question met. Here only where a run recorded it.
const LEAST = 0.2; // cosine at which colour begins; at 1 it is full
const AROUND = 60; // characters of the passage on both sides of a token
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const HINT = "Point at a cell, or move with the arrow keys, to see its token in the passage.";
const cosine = (score) => score.toFixed(2).replace(/^(-?)0\./, "$1.");
const word = (token) => token.replace(/\s+/g, " ") || "·";

// Rows are tokens of the question, columns passages; one cell is in the order of the tab key, arrows reach the others.
function heat(box, query, found, pool, [question, columns]) {
  const peek = make("p", { class: "peek" }, HINT);
  const cells = new Map(); // to what each stands for
  const cell = ([number, met], row) => {
    const [token, score] = met[row];
    const made = make("td", { tabindex: "-1", class: met[row][2] === null ? "away" : "" }, make("span", {}, word(token)), make("b", {}, cosine(score)));
    made.style.setProperty("--warm", `${Math.round(100 * Math.min(1, Math.max(0, (score - LEAST) / (1 - LEAST))))}%`);
    cells.set(made, [number, ...met[row]]);
    return made;
  };
  const rows = question.map((token, row) => make("tr", {}, make("th", { scope: "row" }, word(token)), ...columns.map((column) => cell(column, row))));
  const named = ([number]) => make("th", { scope: "col", title: pool[number - 1][4] || pool[number - 1][0] }, `[${number}]`);
  const mean = ([, met]) => make("td", {}, cosine(met.reduce((sum, [, score]) => sum + score, 0) / met.length));
  const table = make("table", { class: "heat", role: "grid", "aria-label": "Tokens of the question and of the passages" },
    make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "token"), ...columns.map(named))),
    make("tbody", {}, ...rows), make("tfoot", {}, make("tr", {}, make("th", { scope: "row" }, "mean"), ...columns.map(mean))));
  table.querySelector("tbody td")?.setAttribute("tabindex", "0");
  watch(table, cells, (one) => {
    clear(box, query, found, pool);
    peek.replaceChildren(...(one ? peeked(box, query, found, pool, one) : [HINT]));
  });
  const scale = make("p", { class: "scale" }, "The nearest token of each passage, with its cosine: ", make("span", {}, cosine(LEAST), make("i", {}), "1"));
  return section("Which tokens met", scale, make("div", { class: "scrolled" }, table), peek);
}

// Tells what is looked at: what is pointed at, else what has the focus, else nothing.
function watch(table, cells, look) {
  const cellOf = (element) => element?.closest?.("tbody td");
  const show = (cell) => look(cells.get(cell) ?? cells.get(cellOf(document.activeElement)));
  table.addEventListener("mouseover", (event) => show(cellOf(event.target)));
  table.addEventListener("mouseleave", () => show(null));
  table.addEventListener("focusout", (event) => look(cells.get(cellOf(event.relatedTarget))));
  table.addEventListener("focusin", (event) => {
    const cell = cellOf(event.target);
    if (!cell) return;
    table.querySelector("tbody [tabindex='0']")?.setAttribute("tabindex", "-1");
    cell.setAttribute("tabindex", "0");
    show(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = cellOf(event.target), [down, right] = MOVES[event.key] ?? [0, 0];
    if (!cell || !(down || right)) return;
    event.preventDefault();
    cellOf(table.tBodies[0].rows[cell.parentNode.sectionRowIndex + down]?.cells[cell.cellIndex + right])?.focus();
  });
}

// Marks the token where the passage is shown, and gives the words around it.
function peeked(box, query, found, pool, [number, token, score, at]) {
  const to = make("a", { class: "cite", href: `#${query}.${number}`, onclick: (event) => { event.preventDefault(); jump(box, number); } }, `[${number}]`);
  if (!token) return [to, ` ${cosine(score)}: a token of the model's own, which stands for no characters`];
  if (at === null) return [to, ` ${cosine(score)}: `, make("mark", { class: "met" }, token), " is in the title or a heading, or a later step left it out"];
  const text = pool[number - 1][5], from = unit(text, at), end = from + token.length;
  const shown = box.querySelector(`[data-number="${number}"] .text`);
  if (shown) {
    shown.replaceChildren(...marked(query, found, pool[number - 1], [[from, end]]));
    shown.dataset.met = number;
  }
  const first = Math.max(0, from - AROUND), last = Math.min(text.length, end + AROUND);
  return [to, ` ${cosine(score)}: `, (first ? "…" : "") + text.slice(first, from), make("mark", { class: "met" }, token), text.slice(end, last) + (last < text.length ? "…" : "")];
}
function clear(box, query, found, pool) {
  for (const shown of box.querySelectorAll(".text[data-met]")) {
    shown.replaceChildren(...marked(query, found, pool[shown.dataset.met - 1]));
    delete shown.dataset.met;
  }
}
