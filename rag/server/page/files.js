// Documents: added by dropping or choosing files, listed with what became of them, deleted.

import { html, useCallback, useEffect, useRef, useState } from "./preact.js";
import * as api from "./api.js";

const WAIT = 700;
const pending = (file) => file.status === "uploaded" || file.status === "processing";

/** The documents that were uploaded, those on their way, and whether files hover over the page. */
export function useFiles(say) {
  const [list, setList] = useState(null);
  const [sending, setSending] = useState([]);
  const [failure, setFailure] = useState("");
  const [allowed, setAllowed] = useState(true);
  const refresh = useCallback(() => api.files().then(
    (found) => { setList(found); setFailure(""); },
    (error) => {
      if (error.status === 403 || error.status === 404) setAllowed(false); // the key may only ask, or nothing is taken here
      else setFailure(error.message);
    },
  ), []);
  useEffect(() => { refresh(); }, []);
  useEffect(() => {
    if (!list?.some(pending)) return undefined;
    const timer = setTimeout(refresh, WAIT);
    return () => clearTimeout(timer);
  }, [list]);

  const one = async (chosen, sent) => {
    const change = (values) => setSending((all) => all.map((other) => (other.id === sent ? { ...other, ...values } : other)));
    try {
      const file = await api.upload(chosen, (share) => change({ share }));
      setSending((all) => all.filter((other) => other.id !== sent));
      setList((all) => [file, ...(all ?? []).filter((other) => other.id !== file.id)]);
      say(`${file.filename} was uploaded`);
    } catch (error) {
      change({ failure: error.message });
      say(`${chosen.name}: ${error.message}`);
    }
  };
  const add = useCallback(async (chosen) => {
    const started = chosen.map((file) => ({ id: `${Date.now()} ${Math.random()}`, name: file.name, share: 0 }));
    setSending((all) => [...started, ...all]);
    for (const [at, file] of chosen.entries()) await one(file, started[at].id);
    refresh();
  }, []);
  const remove = useCallback(async (file) => {
    if (!confirm(`Delete ${file.filename}? It is gone from answers at once.`)) return;
    try { await api.removeFile(file.id); say(`${file.filename} was deleted`); } catch (error) { setFailure(error.message); }
    refresh();
  }, []);
  const dismiss = useCallback((id) => setSending((all) => all.filter((other) => other.id !== id)), []);
  return { list, sending, failure, allowed, add, remove, dismiss, dragging: useDrop(add, allowed) };
}

/** Whether files are being dragged over the page; they are added where they are dropped. */
function useDrop(add, allowed) {
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    const ours = (event) => allowed && event.dataTransfer?.types.includes("Files");
    const over = (event) => { if (ours(event)) { event.preventDefault(); setDragging(true); } };
    const leave = (event) => { if (!event.relatedTarget) setDragging(false); };
    const drop = (event) => {
      if (!ours(event)) return;
      event.preventDefault();
      setDragging(false);
      add([...event.dataTransfer.files]);
    };
    const heard = { dragover: over, dragleave: leave, drop };
    for (const [name, listener] of Object.entries(heard)) addEventListener(name, listener);
    return () => { for (const [name, listener] of Object.entries(heard)) removeEventListener(name, listener); };
  }, [allowed]);
  return dragging;
}

export function Files({ list, sending, failure, allowed, add, remove, dismiss }) {
  const input = useRef(null);
  if (!allowed) return null;
  const chosen = (event) => { add([...event.target.files]); event.target.value = ""; };
  return html`<section><h2>Documents</h2>
    <button class="wide" onClick=${() => input.current.click()}>Add files</button>
    <input ref=${input} id="files" type="file" multiple hidden tabindex="-1" aria-label="Files to add" onChange=${chosen} />
    <p class="dim small">or drop them on the page</p>
    ${failure && html`<p class="failure" role="alert">${failure}</p>`}
    <ul class="files">
      ${sending.map((one) => html`<li key=${one.id}><span class="name">${one.name}</span>
        ${one.failure ? html`<button class="icon" aria-label=${`Dismiss ${one.name}`} onClick=${() => dismiss(one.id)}>×</button><span class="failure">${one.failure}</span>`
          : html`<progress max="1" value=${one.share} aria-label=${`Sending ${one.name}`}></progress>`}</li>`)}
      ${(list ?? []).map((file) => html`<li key=${file.id}><span class="name" title=${file.filename}>${file.filename}${file.rag?.collection && html` <small>${file.rag.collection}</small>`}</span>
        <button class="icon" aria-label=${`Delete ${file.filename}`} onClick=${() => remove(file)}>×</button>
        ${pending(file) && html`<progress max="1" value=${file.progress ?? file.rag?.progress} aria-label=${`Indexing ${file.filename}`}></progress>`}
        ${file.status === "error" && html`<span class="failure">${file.status_details || "could not be read"}</span>`}</li>`)}
    </ul>
  </section>`;
}
