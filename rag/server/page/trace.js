// How an answer came about: the route, each step with its time and what it made of the passages.

import { html, useState } from "./preact.js";
import * as api from "./api.js";
import { place } from "./message.js";
import { Panel, slice } from "./panel.js";
import { struck } from "./struck.js";

const number = (value) => (value ?? 0).toLocaleString();
const milliseconds = (ms) => (ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString());

export function Trace({ rag, close }) {
  const steps = rag.trace ?? [];
  const most = Math.max(...steps.map((span) => span.ms), 1e-6);
  const total = steps.reduce((sum, span) => sum + span.ms, 0);
  const shortened = new Map(rag.shortened ?? []);
  return html`<${Panel} title="How it was answered" close=${close} name="trace">
    <dl class="facts">
      ${rag.route && html`<div><dt>Route</dt><dd>${rag.route}</dd></div>`}
      <div><dt>Time</dt><dd>${milliseconds(total)} ms</dd></div>
      <div><dt>Context</dt><dd>${number(rag.usage?.context_tokens)} tokens</dd></div>
      <div><dt>Model calls</dt><dd>${number(rag.usage?.llm_calls)}</dd></div>
      ${rag.usage?.llm_calls > 0 && html`<div><dt>Model tokens</dt><dd>${number(rag.usage.prompt_tokens)} in, ${number(rag.usage.completion_tokens)} out</dd></div>`}
      ${rag.usage?.cost != null && html`<div><dt>Cost</dt><dd>$${rag.usage.cost.toFixed(4)}</dd></div>`}
      ${rag.confidence != null && html`<div><dt>Confidence</dt><dd>${rag.confidence.toFixed(2)}</dd></div>`}
    </dl>
    <ol class="steps">${steps.map((span, at) => html`<${Step} key=${at} span=${span} most=${most} rag=${rag} />`)}</ol>
    ${rag.passages?.length > 0 && html`<h3>Passages at the end</h3><ol class="passages">
      ${rag.passages.map((passage, at) => html`<li key=${passage.id}><${Passage} passage=${passage} pieces=${shortened.get(at + 1)} /></li>`)}</ol>`}
  <//>`;
}

function Step({ span, most, rag }) {
  const { left_out: left = [], ranks, ...detail } = span.detail ?? {};
  const [before, after] = [span.passages_in?.length ?? 0, span.passages_out?.length ?? 0];
  const [given, kept] = [span.context_tokens_in, span.context_tokens_out];
  return html`<li>
    <div class="step"><span>${span.name}</span>
      <span class="bar" aria-hidden="true"><span style=${{ width: `${Math.max(1, (span.ms / most) * 100)}%` }}></span></span>
      <output>${milliseconds(span.ms)} ms</output></div>
    ${(before > 0 || after > 0) && html`<p class="dim">${change(before, after, "passages")}${(given || kept) ? `, ${change(given, kept, "tokens")}` : ""}</p>`}
    ${Object.keys(detail).length > 0 && html`<dl class="detail">${Object.entries(detail).map(([name, value]) => html`<div><dt>${name.replaceAll("_", " ")}</dt><dd>${told(value)}</dd></div>`)}</dl>`}
    ${after > 0 && moved(span) && html`<${Ranks} span=${span} rag=${rag} ranks=${ranks} />`}
    ${left.length > 0 && html`<${Unfolded} summary=${`What it left out (${left.length})`} load=${() => texts(left)} />`}
  </li>`;
}

const change = (before, after, noun) => (before === after ? `${number(after)} ${noun}` : `${number(before)} → ${number(after)} ${noun}`);
const base = (id) => String(id).split(":")[0]; // a shortened passage is called after what it was cut from
const moved = ({ passages_in: before = [], passages_out: after = [] }) => after.some((id, at) => base(before[at]) !== base(id));
const told = (value) => (typeof value === "object" ? JSON.stringify(value, (_, part) => (typeof part === "number" ? Number(part.toFixed(4)) : part)) : String(value));

/** The order a step left the passages in, with their rank in each retriever or the places they had before. */
function Ranks({ span, rag, ranks }) {
  const gone = (rag.trace ?? []).flatMap((step) => step.detail?.left_out ?? []);
  const named = new Map([...gone, ...(rag.passages ?? [])].map((one) => [base(one.id), one]));
  const before = new Map((span.passages_in ?? []).map((id, at) => [base(id), at + 1]));
  const from = (id, at) => {
    if (ranks?.[id]) return Object.entries(ranks[id]).map(([retriever, rank]) => `${retriever} ${rank}`).join(", ");
    const was = before.get(base(id));
    if (!before.size || was === at + 1) return "";
    return was ? `was ${was}` : "new";
  };
  return html`<details><summary>Order</summary><ol class="ranks">
    ${span.passages_out.map((id, at) => {
      const one = named.get(base(id));
      const shown = one?.text ? `${place(one)}: ${one.text.slice(0, 60)}` : html`<span class="dim">${one ? `${place(one)}, from character ${number(one.start)}` : id} (not in the end)</span>`;
      return html`<li>${shown} <small>${from(id, at)}</small></li>`;
    })}</ol></details>`;
}

/** Read only when it is opened. */
function Unfolded({ summary, load }) {
  const [parts, setParts] = useState(null);
  const opened = (event) => event.target.open && !parts && load().then(setParts, (error) => setParts(html`<p class="failure">${error.message}</p>`));
  return html`<details onToggle=${opened}><summary>${summary}</summary>${parts ?? html`<p class="waiting">Reading</p>`}</details>`;
}

async function texts(places) {
  const parts = await Promise.all(places.map(async (one) => ({ one, text: await textOf(one) })));
  return html`<ul class="left-out">${parts.map(({ one, text }) => html`<li><small>${place(one)}</small> <del>${text.trim()}</del></li>`)}</ul>`;
}

async function textOf({ source, start, end }) {
  const found = await api.source(source, start, end);
  return slice(Array.from(found.text), start - found.offset, end - found.offset);
}

/** A passage as the generator saw it; opened, with what compression took out struck through. */
function Passage({ passage, pieces }) {
  const score = passage.score != null && html` <small>${Number(passage.score).toFixed(3)}</small>`;
  if (!pieces?.length) return html`<details><summary>${place(passage)}${score}</summary><p class="text">${passage.text}</p></details>`;
  const load = async () => {
    const parts = struck(await textOf(passage), passage.start, pieces) ?? [[passage.text, true]];
    return html`<p class="text">${parts.map(([text, stays]) => (stays ? text : html`<del>${text}</del>`))}</p>`;
  };
  return html`<${Unfolded} summary=${html`${place(passage)}${score} <small>shortened</small>`} load=${load} />`;
}
