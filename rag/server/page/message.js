// One question or one answer.

import { html } from "./preact.js";
import { markdown } from "./markdown.js";

export const place = ({ source, title, page }) => `${title || source}${page ? `, page ${page}` : ""}`;

export function Message({ message, writing, again, open }) {
  if (message.role === "user") {
    return html`<article class="question" aria-label="Question"><p>${message.content}</p></article>`;
  }
  return html`<article class="answer" aria-label="Answer" aria-busy=${writing ? "true" : undefined}>
    ${writing && !message.content && html`<p class="waiting">Searching</p>`}
    ${message.content && html`<div class="text">${markdown(message.content, chips(message, open))}</div>`}
    ${message.stopped && html`<p class="dim">Stopped.</p>`}
    ${message.failure && html`<p class="failure" role="alert">${message.failure}</p>`}
    ${message.rag && html`<${Sources} rag=${message.rag} open=${open} />`}
    ${!writing && html`<${Actions} message=${message} again=${again} open=${open} />`}
  </article>`;
}

/** What stands for a marker: its place in the source, behind a button once it is known. */
function chips(message, open) {
  const citations = message.rag?.citations ?? [];
  const met = new Map();
  return (number) => {
    const cited = citations.filter((citation) => citation.number === number);
    const turn = met.get(number) ?? 0;
    met.set(number, turn + 1);
    const citation = cited[Math.min(turn, cited.length - 1)];
    if (!citation) return html`<span class="chip">${number}</span>`;
    const doubt = citation.supported === false;
    return html`<button class=${`chip ${doubt ? "doubt" : ""}`} title=${place(citation)}
      aria-label=${`Source ${number}: ${place(citation)}${doubt ? ", does not bear the statement" : ""}`}
      onClick=${() => open({ citation, rag: message.rag })}>${number}</button>`;
  };
}

function Sources({ rag, open }) {
  const places = new Map();
  for (const citation of rag.citations ?? []) {
    const key = `${citation.number} ${citation.source} ${citation.page}`;
    if (!places.has(key)) places.set(key, citation);
  }
  if (!places.size) return null;
  return html`<ul class="sources" aria-label="Sources">
    ${[...places.values()].map((citation) => html`<li><button onClick=${() => open({ citation, rag })}>
      <b>${citation.number ?? "•"}</b> ${place(citation)}</button></li>`)}
  </ul>`;
}

function Actions({ message, again, open }) {
  const total = (message.rag?.trace ?? []).reduce((sum, span) => sum + span.ms, 0);
  return html`<div class="actions">
    ${message.rag?.trace && html`<button class="quiet" onClick=${() => open({ trace: message.rag })}>How it was answered${" "}
      <small>${Math.round(total).toLocaleString()} ms</small></button>`}
    ${message.content && navigator.clipboard && html`<button class="quiet" onClick=${() => navigator.clipboard.writeText(message.content)}>Copy</button>`}
    ${again && (message.failure || message.stopped) && html`<button class="quiet" onClick=${again}>Ask again</button>`}
  </div>`;
}
