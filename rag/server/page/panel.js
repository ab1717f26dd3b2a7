// What opens at the right: beside the conversation on a wide screen, over it on a narrow one.

import { html, useEffect, useRef } from "./preact.js";

export function Panel({ title, close, children, name }) {
  const heading = useRef(null);
  useEffect(() => heading.current.focus(), [title]);
  return html`<aside class=${`panel ${name}`} aria-labelledby="panel-title">
    <div class="panel-head">
      <h2 id="panel-title" tabindex="-1" ref=${heading}>${title}</h2>
      <button class="icon" aria-label="Close" onClick=${close}>×</button>
    </div>
    ${children}
  </aside>`;
}

/** A part of a text. Offsets count characters as Python does: what lies outside the basic plane is one, not two. */
export const slice = (points, start, end) => points.slice(Math.max(0, start), Math.max(0, end)).join("");
