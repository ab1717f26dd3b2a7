// The server, as this page calls it: OpenAI's protocol, with passages and trace as an extension.

const KEY = "rag.key";

/** A failure that the server explained. `status` is HTTP's, 0 where the server was not reached; `code` says which it was. */
export class Failure extends Error {
  constructor(message, status = 0, code = "") {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export function setKey(key) {
  try {
    key ? sessionStorage.setItem(KEY, key) : sessionStorage.removeItem(KEY);
  } catch { /* kept for this page only where storage is forbidden */ }
  held = key;
}

let held = (() => {
  try { return sessionStorage.getItem(KEY) || ""; } catch { return ""; }
})();

let askForKey = null;
/** Who asks for a key when the server wants one: a function to a promise of the key, or of nothing. */
export const onKeyWanted = (ask) => { askForKey = ask; };

const authorization = () => (held ? { Authorization: `Bearer ${held}` } : {});

async function explained(response) {
  let said = "", code = "";
  try { ({ message: said = "", code = "" } = (await response.json()).error); } catch { /* not JSON: a proxy's page */ }
  const wait = response.headers.get("Retry-After");
  if (response.status === 429 && wait) said = `${said || "Too many requests."} Try again in ${wait} s.`;
  return new Failure(said || `The server answered ${response.status} ${response.statusText}`.trim(), response.status, code);
}

async function call(path, options = {}) {
  for (;;) {
    const used = held;
    let response;
    try {
      response = await fetch(path, { ...options, headers: { ...options.headers, ...authorization() } });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Failure("The server cannot be reached. Is it running?");
    }
    if (response.ok) return response;
    const failure = await explained(response);
    if (response.status !== 401 || !askForKey) throw failure;
    if (used !== held) continue; // another call got a key meanwhile
    const key = await askForKey(used ? failure.message : "");
    if (!key) throw failure;
    setKey(key);
  }
}

const json = async (path, options) => (await call(path, options)).json();

export const models = async () => (await json("v1/models")).data.map((model) => model.id);
export const files = async () => (await json("v1/files")).data;
export const file = (id) => json(`v1/files/${encodeURIComponent(id)}`);
export const removeFile = (id) => json(`v1/files/${encodeURIComponent(id)}`, { method: "DELETE" });
export const content = async (id) => (await call(`v1/files/${encodeURIComponent(id)}/content`)).arrayBuffer();
export const source = (name, start, end) => json(`v1/sources?${new URLSearchParams({ source: name, start, end })}`);

/** Sends a file; `told` hears the share that was sent, 0 to 1. XMLHttpRequest, since fetch tells no progress. */
export async function upload(chosen, told) {
  await models(); // asks for a key, if one is wanted, before megabytes are sent
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("purpose", "assistants");
    form.append("file", chosen, chosen.name);
    const request = new XMLHttpRequest();
    request.open("POST", "v1/files");
    for (const [name, value] of Object.entries(authorization())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onerror = () => reject(new Failure("The server cannot be reached, or it refused the file."));
    request.onload = () => {
      let said = null;
      try { said = JSON.parse(request.responseText); } catch { /* a proxy's page */ }
      if (request.status < 300 && said) resolve(said);
      else reject(new Failure(said?.error?.message || `The server answered ${request.status}`, request.status));
    };
    request.send(form);
  });
}

/** Events of a stream: what stands behind `data:`, one string each. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? "\n\n" : value.replaceAll("\r", "");
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trim());
      if (data.length) yield data.join("\n");
    }
    if (done) return;
  }
}

/** Asks; `told` hears each piece of the answer. Gives `{text, rag, usage}`. */
export async function ask(model, messages, told, signal) {
  const response = await call("v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      model, messages, stream: true, stream_options: { include_usage: true }, rag: { passages: true, trace: true },
    }),
    signal,
  });
  const answer = { text: "", rag: null, usage: null };
  let ended = false;
  for await (const data of events(response)) {
    if (data === "[DONE]") { ended = true; break; }
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Failure(chunk.error.message ?? String(chunk.error));
    const piece = chunk.choices?.[0]?.delta?.content ?? "";
    if (piece) told(answer.text += piece);
    answer.rag = chunk.rag ?? answer.rag;
    answer.usage = chunk.usage ?? answer.usage;
  }
  if (!ended) throw new Failure("The connection broke before the answer was complete.");
  if (answer.rag?.text) answer.text = answer.rag.text; // a later step may have rewritten what was streamed
  return answer;
}
