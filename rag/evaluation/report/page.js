"use strict";
// Data stand in gzipped blocks; one is unpacked when a query that lies in it is opened.
const unpacked = new Map();
function part(name) {
  if (!unpacked.has(name)) unpacked.set(name, unpack(document.getElementById(`data-${name}`)));
  return unpacked.get(name);
}
async function unpack(element) {
  if (!element) return null;
  const packed = Uint8Array.from(atob(element.textContent), (c) => c.charCodeAt(0));
  element.remove();
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}
const letter = (place) => (place < 26 ? String.fromCharCode(97 + place) : String(place + 1));
const count = (number) => number.toLocaleString("en");
function shown(figure, value) {
  if (value === null || value === undefined) return "-";
  if (figure.startsWith("latency")) return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
  if (figure.endsWith("tokens")) return count(Math.round(value));
  return Math.abs(value) < 10 ? value.toFixed(3) : value.toFixed(1);
}

const STEP = 100; // rows that are added at once
const FIRST = 20; // passages of a query that are shown at once
const form = document.getElementById("controls");
const list = document.getElementById("list");
let data, order = [], drawn = 0;

const value = (run, figure, query) => data.values[run][figure]?.[query] ?? null;

function sorted() {
  const { text, run: chosen, figure, order: by, only } = Object.fromEntries(new FormData(form));
  const run = Number(chosen || 0), words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const kept = data.ids.map((_, query) => query).filter((query) => {
    const short = data.short[run]?.[query];
    if (only && String(short?.[1]) !== only) return false;
    return words.every((word) => haystack(run, query).includes(word));
  });
  const sign = data.lower.includes(figure) ? -1 : 1;
  const good = (query) => value(run, figure, query) * sign;
  const change = (query) => (value(run, figure, query) - value(run ? 0 : 1, figure, query)) * sign * (run ? 1 : -1);
  const known = (query) => value(run, figure, query) !== null;
  const keys = {
    worst: good, best: (query) => -good(query), fell: change, rose: (query) => -change(query),
    slow: (query) => -(value(run, "latency_ms", query) ?? 0),
  };
  if (by === "given") return kept;
  const key = new Map(kept.map((query) => [query, keys[by](query)]));
  // Queries that a figure does not apply to come last, those that failed first.
  const failed = (query) => data.short[run]?.[query]?.[1] === 2;
  const rank = (query) => (failed(query) ? 0 : by === "slow" || known(query) ? 1 : 2);
  return kept.sort((a, b) => rank(a) - rank(b) || key.get(a) - key.get(b) || a - b);
}

const texts = new Map();
function haystack(run, query) {
  const key = `${run} ${query}`;
  if (!texts.has(key)) {
    const answers = (data.answers[query] || []).join(" ");
    texts.set(key, [data.ids[query], data.questions[query], answers, data.short[run]?.[query]?.[0] || ""].join(" ").toLowerCase());
  }
  return texts.get(key);
}

function draw() {
  order = sorted();
  drawn = 0;
  list.replaceChildren();
  document.getElementById("count").textContent =
    order.length === data.ids.length ? `${count(order.length)} queries` : `${count(order.length)} of ${count(data.ids.length)} queries`;
  grow();
}
function grow() {
  const figure = form.elements.figure.value, chosen = Number(form.elements.run.value || 0);
  const rows = order.slice(drawn, drawn + STEP).map((query) => row(query, figure, chosen));
  drawn += rows.length;
  list.append(...rows);
}

function row(query, figure, chosen) {
  const short = data.short[chosen]?.[query];
  const said = ["", "abstained: ", "failed: ", ""][short?.[1] ?? 3] + (short?.[0] ?? "");
  const values = data.runs.map((_, run) =>
    make("span", { class: `run${run % 8}${run === chosen ? " chosen" : ""}`, title: `${data.runs[run]}: ${figure}` },
      (data.runs.length > 1 ? `${letter(run)} ` : "") + shown(figure, value(run, figure, query))));
  const button = make("button", { class: "row", "aria-expanded": "false", onclick: () => toggle(item, query) },
    make("span", {}, data.questions[query]), make("span", { class: "values" }, ...values),
    make("span", { class: `said${short?.[1] === 2 ? " bad" : ""}` }, said));
  const item = make("li", { "data-query": query }, button);
  return item;
}

async function toggle(item, query, run = Number(form.elements.run.value || 0)) {
  const open = item.querySelector(".detail");
  item.classList.toggle("open", !open);
  item.firstChild.setAttribute("aria-expanded", String(!open));
  if (open) { open.remove(); return; }
  item.append(await detail(query, run));
  history.replaceState(null, "", `#query=${encodeURIComponent(data.ids[query])}`);
}

async function detail(query, run) {
  const block = Math.floor(query / data.block);
  const [all, right] = await Promise.all([part(`run${run}.${block}`), part(`right.${block}`)]);
  const found = all?.[query % data.block];
  const box = make("div", { class: "detail" });
  if (data.runs.length > 1) {
    box.append(make("div", { class: "tabs" }, ...data.runs.map((name, other) =>
      make("button", {
        type: "button", class: `run${other % 8}`, "aria-pressed": String(other === run),
        onclick: async () => box.replaceWith(await detail(query, other)),
      }, `${letter(other)} ${name}`))));
  }
  if (!found) {
    box.append(make("p", {}, "This run's folder was not there when the page was made: figures only."), figures(query, run));
    return box;
  }
  const pool = await passagesOf(found);
  box.append(told(query, run, found, pool), figures(query, run), steps(found));
  const missing = found.right.filter(([document]) => !pool.some((passage) => passage[0] === document));
  if (missing.length) box.append(section("Right documents that the answer did not see", make("ol", { class: "passages" }, ...missing.map((one) => lost(one, right)))));
  if (pool.length) {
    const some = (from, to) => pool.slice(from, to).map((passage, place) => shownPassage(query, found, passage, from + place));
    const passages = make("ol", { class: "passages" }, ...some(0, FIRST));
    const rest = make("button", { type: "button", onclick: () => { passages.append(...some(FIRST)); rest.remove(); } }, `${count(pool.length - FIRST)} more`);
    box.append(section("Passages, best first", ...nowhere(found, pool), passages, pool.length > FIRST ? make("div", { class: "tabs" }, rest) : ""));
    if (found.matches) box.append(...found.matches.map((table) => heat(box, query, found, pool, table)));
  }
  return box;
}
async function passagesOf(found) {
  const blocks = [...new Set(found.passages.map(([place]) => Math.floor(place / data.pool)))];
  const read = new Map(await Promise.all(blocks.map(async (block) => [block, await part(`pool.${block}`)])));
  return found.passages.map(([place]) => read.get(Math.floor(place / data.pool))[place % data.pool]);
}
const section = (title, ...children) => make("div", {}, make("h3", {}, title), ...children);

function told(query, run, found, pool) {
  const box = make("div", { class: "told" });
  const answers = data.answers[query];
  if (answers) box.append(section("Right answers", make("p", {}, answers.length ? answers.join(" · ") : "none: it cannot be answered")));
  if (found.error) box.append(section("Failed", make("p", { class: "bad" }, found.error)));
  if (data.short[run]?.[query]?.[1] < 2) {
    const sure = found.confidence === null || found.confidence === undefined ? "" : `, confidence ${found.confidence.toFixed(2)}`;
    const cited = found.text.split(/(\[\d+\])/).map((piece) => {
      const number = /^\[(\d+)\]$/.exec(piece)?.[1];
      if (!number || number > pool.length) return piece;
      return make("a", { class: "cite", href: `#${query}.${number}`, onclick: (event) => { event.preventDefault(); jump(event.target.closest(".detail"), number); } }, piece);
    });
    box.append(section(`Answer${found.abstained ? " (abstained)" : ""}${sure}`, make("p", {}, ...cited)));
  }
  return box;
}
function jump(box, number) {
  const passage = box.querySelector(`[data-number="${number}"]`);
  passage?.querySelector(".text").classList.remove("short");
  passage?.scrollIntoView({ block: "center", behavior: "smooth" });
}

function figures(query, run) {
  const silent = (name) => ["llm_calls", "prompt_tokens", "completion_tokens"].includes(name) && !value(run, name, query);
  const names = data.figures.filter((name) => !name.startsWith("latency_ms/") && value(run, name, query) !== null && !silent(name));
  return make("div", { class: "facts" }, make("span", {}, "id ", make("b", {}, data.ids[query])),
    ...names.map((name) => make("span", {}, `${name} `, make("b", {}, shown(name, value(run, name, query))))));
}

function steps(found) {
  if (!found.steps.length) return "";
  const longest = Math.max(...found.steps.map((step) => step[1])) || 1;
  const rows = found.steps.map(([name, ms, before, after, tokensIn, tokens]) => {
    const bar = make("b", {});
    bar.style.width = `${(100 * ms) / longest}%`;
    const passages = tokens === null || tokens === tokensIn ? `${before} → ${after}` : `${before} → ${after}, ${count(tokens)} tokens`;
    return make("div", { class: "step one run0" }, make("span", {}, name, " ", make("small", {}, passages)), make("div", {}, bar), make("output", {}, `${ms.toFixed(1)} ms`));
  });
  return section(found.route ? `Steps (route: ${found.route})` : "Steps", make("div", { class: "steps" }, ...rows));
}

function lost([document, rank, step], right) {
  const [title, text] = right?.[document] ?? ["", null];
  const why = step ? `dropped by ${step}` : rank ? "found, not kept" : "not found";
  return make("li", { class: "lost" },
    make("div", { class: "place" }, make("b", {}, why), rank ? make("span", {}, `rank ${rank}`) : "", make("span", {}, title), make("span", {}, document)),
    text === null ? "" : make("div", { class: "text short", onclick: unfold }, text));
}

function shownPassage(query, found, passage, place) {
  const [source, start, end, page, title] = passage;
  const gold = found.right.some(([document]) => document === source);
  const score = found.passages[place][1];
  const where = `${source}${page ? `, page ${page}` : ""}, ${count(start ?? 0)} to ${count(end ?? 0)}`;
  return make("li", { class: gold ? "right" : "", "data-number": place + 1 },
    make("div", { class: "place" }, make("span", {}, `[${place + 1}]`), gold ? make("b", {}, "right document") : "",
      typeof score === "number" ? make("span", {}, `score ${score.toPrecision(3)}`) : "", title ? make("span", {}, title) : "", make("span", {}, where),
      ...notes(found, passage).map((note) => make("span", { class: "away" }, note))),
    make("div", { class: "text short", onclick: unfold }, ...marked(query, found, passage)));
}
const unfold = (event) => event.currentTarget.classList.toggle("short");

async function start() {
  data = await part("index");
  if (!data || !data.ids.length) return;
  const option = (value, text) => make("option", { value }, text);
  form.elements.run.append(...data.runs.map((name, run) => option(run, `${letter(run)} ${name}`)));
  document.getElementById("which").hidden = data.runs.length < 2;
  form.elements.figure.append(...data.figures.filter((name) => !name.startsWith("latency_ms/")).map((name) => option(name, name)));
  if (data.main) form.elements.figure.value = data.main;
  for (const choice of [...form.elements.order.options]) if (["fell", "rose"].includes(choice.value) && data.runs.length < 2) choice.remove();
  if (data.runs.length > 1) form.elements.run.value = "1";
  document.getElementById("queries").hidden = false;
  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(draw, 120); });
  form.addEventListener("submit", (event) => event.preventDefault());
  const more = document.getElementById("more");
  const watch = new IntersectionObserver((seen) => {
    if (!seen.at(-1).isIntersecting || drawn >= order.length) return;
    grow();
    watch.unobserve(more); // asked again: who scrolls fast leaves it in view, and nothing would change
    watch.observe(more);
  }, { rootMargin: "600px" });
  watch.observe(more);
  draw();
  const wanted = /^#query=(.+)$/.exec(location.hash)?.[1];
  const query = wanted ? data.ids.indexOf(decodeURIComponent(wanted)) : -1;
  if (query >= 0) {
    const item = row(query, form.elements.figure.value, Number(form.elements.run.value || 0));
    list.prepend(item);
    await toggle(item, query);
    item.scrollIntoView();
  }
}
start();
