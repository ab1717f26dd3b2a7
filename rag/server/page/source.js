// A source around the place that was cited, with the quote highlighted.

import { html, useEffect, useRef, useState } from "./preact.js";
import * as api from "./api.js";
import { place } from "./message.js";
import { Panel, slice } from "./panel.js";

export function Source({ citation, rag, close, open, files }) {
  const [found, setFound] = useState(null);
  const [failure, setFailure] = useState("");
  useEffect(() => {
    let current = true;
    setFound(null);
    setFailure("");
    api.source(citation.source, citation.start, citation.end).then(
      (text) => current && setFound(text),
      (error) => {
        if (!current) return;
        const database = error.code === "source_is_database";
        if (!database) setFailure(`${error.message} Shown is the passage that was found.`);
        setFound({ ...shown(citation, rag), database });
      },
    );
    return () => { current = false; };
  }, [citation]);
  const file = files?.find((one) => one.rag?.source && citation.source.split("#")[0] === one.rag.source);
  const all = rag?.citations ?? [];
  const at = all.indexOf(citation);
  const to = (step) => open({ citation: all[at + step], rag });
  return html`<${Panel} title=${place(citation)} close=${close} name="source">
    <p class="dim">${citation.source}${found?.database ? ", a database: the query, and the rows that it gave"
      : `${citation.page ? `, page ${citation.page}` : ""}, characters ${citation.start.toLocaleString()} to ${citation.end.toLocaleString()}`}</p>
    ${citation.supported === false && html`<p class="failure">The quote was judged not to bear the statement it is cited for.</p>`}
    ${all.length > 1 && html`<p class="steps-through">
      <button class="quiet" disabled=${at < 1} onClick=${() => to(-1)}>Previous</button>
      <span>${at + 1} of ${all.length}</span>
      <button class="quiet" disabled=${at >= all.length - 1} onClick=${() => to(1)}>Next</button></p>`}
    ${file && html`<p><button class="quiet original" onClick=${() => original(file, citation).catch((error) => setFailure(error.message))}>
      ${isPdf(file) ? `Open the PDF${citation.page ? ` at page ${citation.page}` : ""}` : "Download the file"}</button></p>`}
    ${failure && html`<p class="failure" role="alert">${failure}</p>`}
    ${found ? html`<${Text} found=${found} citation=${citation} />` : html`<p class="waiting">Reading</p>`}
  <//>`;
}

const isPdf = (file) => /\.pdf$/i.test(file.filename);

/** The file as it was uploaded: a PDF opens at the page, anything else is saved, since a web page in it could act as this one. */
async function original(file, citation) {
  const tab = isPdf(file) ? window.open("", "_blank") : null;
  const bytes = await api.content(file.id);
  const url = URL.createObjectURL(new Blob([bytes], { type: tab ? "application/pdf" : "application/octet-stream" }));
  if (tab) tab.location = `${url}${citation.page ? `#page=${citation.page}` : ""}`;
  else Object.assign(document.createElement("a"), { href: url, download: file.filename }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** What the answer itself carries of the place, where the server does not give the source. */
function shown(citation, rag) {
  const passage = (rag?.passages ?? []).find((one) => one.source === citation.source
    && one.start <= citation.start && citation.end <= one.end && Array.from(one.text).length === one.end - one.start);
  return passage ? { text: passage.text, offset: passage.start } : { text: citation.quote, offset: citation.start };
}

function Text({ found, citation }) {
  const mark = useRef(null);
  useEffect(() => mark.current.scrollIntoView({ block: "center" }), [found]);
  const points = Array.from(found.text);
  const [start, end] = [citation.start - found.offset, citation.end - found.offset];
  return html`<div class="text source-text" tabindex="0" role="region" aria-label="Text of the source">
    ${found.offset > 0 && html`<span class="dim">… </span>`}${slice(points, 0, start)}<mark ref=${mark}>${slice(points, start, end)}</mark>${slice(points, end, points.length)}
  </div>`;
}
