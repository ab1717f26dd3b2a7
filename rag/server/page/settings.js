// The key the server may ask for, and the colours.

import { html, useEffect, useRef, useState } from "./preact.js";
import { onKeyWanted } from "./api.js";

/** Asks for a key when the server wants one; every call that waits gets the same. */
export function useKey() {
  const [asked, setAsked] = useState(null);
  const waiting = useRef(null);
  useEffect(() => onKeyWanted((reason) => {
    waiting.current ??= {};
    waiting.current.promise ??= new Promise((resolve) => { waiting.current.resolve = resolve; });
    setAsked({ reason });
    return waiting.current.promise;
  }), []);
  const answer = (key) => {
    const { resolve } = waiting.current ?? {};
    waiting.current = null;
    setAsked(null);
    resolve?.(key);
  };
  return { asked, answer };
}

export function KeyDialog({ asked, answer }) {
  const dialog = useRef(null);
  const field = useRef(null);
  useEffect(() => { if (asked) { dialog.current.showModal(); field.current.value = ""; } }, [asked]);
  const send = (event) => { event.preventDefault(); dialog.current.close(); answer(field.current.value.trim()); };
  const cancel = (event) => { event?.preventDefault(); dialog.current.close(); answer(""); };
  return html`<dialog ref=${dialog} aria-labelledby="key-title" onCancel=${cancel}>
    <form onSubmit=${send}>
      <h2 id="key-title">This server needs a key</h2>
      ${asked?.reason && html`<p class="failure" role="alert">${asked.reason}</p>`}
      <label>Key <input ref=${field} id="key" type="password" autocomplete="off" required /></label>
      <p class="dim">It is kept until this tab is closed.</p>
      <div class="actions"><button type="submit">Use it</button><button type="button" class="quiet" onClick=${cancel}>Cancel</button></div>
    </form>
  </dialog>`;
}

const THEMES = ["system", "light", "dark"];

/** The colours: the system's, light or dark. */
export function Theme() {
  const [theme, setTheme] = useState(() => document.documentElement.dataset.theme ?? "system");
  const next = () => {
    const chosen = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    setTheme(chosen);
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      chosen === "system" ? localStorage.removeItem("rag.theme") : localStorage.setItem("rag.theme", chosen);
    } catch { /* storage is forbidden: until the page is left */ }
  };
  return html`<button class="quiet theme" onClick=${next} aria-label=${`Colours: ${theme}. Change them`}><span>Colours: </span>${theme}</button>`;
}
