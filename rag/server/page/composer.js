// Where the question is written.

import { html, useEffect, useRef, useState } from "./preact.js";

export function Composer({ ask, stop, busy, ready, conversation }) {
  const [text, setText] = useState("");
  const field = useRef(null);
  useEffect(() => { if (matchMedia("(hover: hover)").matches) field.current.focus(); }, [conversation]);
  useEffect(() => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight + 2, 200)}px`;
  }, [text]);
  const send = (event) => {
    event?.preventDefault();
    if (!text.trim() || busy || !ready) return;
    ask(text.trim());
    setText("");
  };
  const pressed = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  };
  return html`<form class="composer" onSubmit=${send}>
    <label class="unseen" for="question">Your question</label>
    <textarea id="question" ref=${field} rows="1" placeholder="Your question" value=${text} autocomplete="off"
      onInput=${(event) => setText(event.target.value)} onKeyDown=${pressed}></textarea>
    ${busy
      ? html`<button type="button" class="stop" onClick=${stop}>Stop</button>`
      : html`<button type="submit" disabled=${!text.trim() || !ready}>Ask</button>`}
  </form>`;
}
