// An answer's Markdown as elements. Nothing is ever parsed as HTML, and no picture is loaded: an answer is not trusted.

import { html } from "./preact.js";
import { lexer } from "./marked.js";

const MARK = /\[(\d{1,3})\]/g;
const ENTITY = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** `chip(number)` gives what stands for the marker `[number]`. */
export function markdown(text, chip) {
  let tokens;
  try { tokens = lexer(text, { gfm: true }); } catch { return html`<p>${marked(text, chip)}</p>`; }
  return tokens.map((token) => block(token, chip));
}

function marked(text, chip) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(MARK)) {
    parts.push(text.slice(done, match.index), chip(Number(match[1])));
    done = match.index + match[0].length;
  }
  return [...parts, text.slice(done)];
}

const plain = (text) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITY[name]);
const inside = (token, chip) => (token.tokens ?? []).map((inner) => inline(inner, chip));

function block(token, chip) {
  switch (token.type) {
    case "space": case "def": return null;
    case "heading": return html`<p class="heading">${inside(token, chip)}</p>`;
    case "code": return html`<pre tabindex="0"><code>${token.text}</code></pre>`;
    case "blockquote": return html`<blockquote>${token.tokens.map((inner) => block(inner, chip))}</blockquote>`;
    case "hr": return html`<hr />`;
    case "list": return list(token, chip);
    case "table": return table(token, chip);
    case "paragraph": return html`<p>${inside(token, chip)}</p>`;
    case "text": return token.tokens ? inside(token, chip) : marked(plain(token.text), chip);
    default: return html`<p>${marked(token.raw ?? "", chip)}</p>`;
  }
}

function list(token, chip) {
  const items = token.items.map((item) => html`<li>${item.tokens.map((inner) => block(inner, chip))}</li>`);
  return token.ordered ? html`<ol start=${token.start || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
}

function table(token, chip) {
  const row = (cells, tag) => html`<tr>${cells.map((cell) => html`<${tag}>${inside(cell, chip)}<//>`)}</tr>`;
  return html`<div class="scrolled" tabindex="0"><table>
    <thead>${row(token.header, "th")}</thead><tbody>${token.rows.map((cells) => row(cells, "td"))}</tbody>
  </table></div>`;
}

function inline(token, chip) {
  switch (token.type) {
    case "strong": return html`<strong>${inside(token, chip)}</strong>`;
    case "em": return html`<em>${inside(token, chip)}</em>`;
    case "del": return html`<del>${inside(token, chip)}</del>`;
    case "codespan": return html`<code>${plain(token.text)}</code>`;
    case "br": return html`<br />`;
    case "link": return link(token, chip);
    case "image": return link({ href: token.href, tokens: [{ type: "text", text: token.text || token.href }] }, chip);
    case "escape": return token.text;
    case "text": return token.tokens ? inside(token, chip) : marked(plain(token.text), chip);
    default: return marked(token.raw ?? "", chip);
  }
}

function link(token, chip) {
  if (!/^(https?:|mailto:)/i.test(token.href)) return inside(token, chip);
  return html`<a href=${token.href} target="_blank" rel="noopener noreferrer nofollow" title=${token.href}>${inside(token, chip)}</a>`;
}
