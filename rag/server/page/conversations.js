// Conversations, kept in this browser and nowhere else.

const KEY = "rag.conversations";
const MOST = 50;

/** A conversation: `{id, title, changed, messages: [{role, content, rag?, failure?, stopped?}]}`. */
export const fresh = () => ({ id: identifier(), title: "", changed: Date.now(), messages: [] });

function identifier() {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
}

export function read() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => one?.id && Array.isArray(one.messages)) : [];
  } catch {
    return [];
  }
}

/** Newest first. Where the browser has no more room the oldest go. */
export function write(all) {
  let kept = all.filter((one) => one.messages.length).sort((a, b) => b.changed - a.changed).slice(0, MOST);
  for (;;) {
    try {
      localStorage.setItem(KEY, JSON.stringify(kept));
      return kept;
    } catch {
      if (kept.length < 2) return kept; // storage is forbidden: the page works without
      kept = kept.slice(0, Math.ceil(kept.length / 2));
    }
  }
}

/** What the server is told of a conversation: questions with the answers that came whole. */
export function history(messages) {
  const told = [];
  for (let place = 0; place < messages.length; place += 1) {
    const { role, content, failure } = messages[place];
    const answer = messages[place + 1];
    if (role === "user" && answer && (answer.failure || !answer.content)) continue; // nobody answered it
    if (failure || !content) continue;
    told.push({ role, content });
  }
  return told;
}
