// The page: conversations at the left, questions and answers in the middle, a source or a trace at the right.

import { html, render, useCallback, useEffect, useRef, useState } from "./preact.js";
import * as api from "./api.js";
import { fresh, history, read, write } from "./conversations.js";
import { Composer } from "./composer.js";
import { Files, useFiles } from "./files.js";
import { KeyDialog, Theme, useKey } from "./settings.js";
import { Message } from "./message.js";
import { Source } from "./source.js";
import { Trace } from "./trace.js";

/** Conversations and what changes them. */
function useConversations() {
  const [all, setAll] = useState(read);
  const [current, setCurrent] = useState(() => read()[0] ?? fresh());
  const keep = useCallback((conversation) => {
    setCurrent((shown) => (shown.id === conversation.id ? conversation : shown));
    setAll((others) => write([conversation, ...others.filter((one) => one.id !== conversation.id)]));
  }, []);
  const remove = useCallback((id) => {
    setAll((others) => write(others.filter((one) => one.id !== id)));
    setCurrent((shown) => (shown.id === id ? fresh() : shown));
  }, []);
  return { all, current, setCurrent, keep, remove };
}

/** The models the server has, and the chosen one. */
function useModels(report) {
  const [models, setModels] = useState([]);
  const [model, setModel] = useState("");
  useEffect(() => {
    api.models().then((found) => {
      setModels(found);
      setModel((chosen) => (found.includes(chosen) ? chosen : found[0] ?? ""));
    }, (failure) => report(failure.message));
  }, []);
  return { models, model, setModel };
}

/** Asking: what is being written, and how to stop it. */
function useAsking(model, { current, keep }, say) {
  const [writing, setWriting] = useState(null);
  const controller = useRef(null);
  const ask = useCallback(async (question, before = current.messages) => {
    const asked = [...before, { role: "user", content: question }];
    const base = { ...current, title: current.title || question.slice(0, 80), changed: Date.now(), messages: asked };
    const finish = (answer) => keep({ ...base, changed: Date.now(), messages: [...asked, { role: "assistant", ...answer }] });
    keep(base);
    controller.current = new AbortController();
    let text = "";
    setWriting({ id: base.id, text });
    say("Searching your documents");
    try {
      const answer = await api.ask(model, [...history(before), { role: "user", content: question }], (so) => {
        setWriting({ id: base.id, text: text = so });
      }, controller.current.signal);
      finish({ content: answer.text, rag: answer.rag });
      say(`Answer: ${answer.text.slice(0, 200)}`);
    } catch (failure) {
      const stopped = failure.name === "AbortError";
      finish({ content: text, stopped, failure: stopped ? undefined : failure.message });
      say(stopped ? "Stopped" : `Failed: ${failure.message}`);
    } finally {
      controller.current = null;
      setWriting(null);
    }
  }, [model, current, keep]);
  return { writing, ask, stop: useCallback(() => controller.current?.abort(), []) };
}

function App() {
  const [said, say] = useState("");
  const [panel, setPanel] = useState(null);
  const [menu, setMenu] = useState(false);
  const key = useKey();
  const conversations = useConversations();
  const { current, setCurrent } = conversations;
  const { models, model, setModel } = useModels(say);
  const { writing, ask, stop } = useAsking(model, conversations, say);
  const documents = useFiles(say);
  const opener = useRef(null);

  const open = (what) => { opener.current = document.activeElement; setPanel(what); };
  const close = () => { setPanel(null); opener.current?.isConnected && opener.current.focus(); };
  const show = (conversation) => { stop(); setCurrent(conversation); setPanel(null); setMenu(false); };
  useKeys({ panel, close, menu, setMenu, writing, stop });

  return html`
    <a class="skip" href="#question" onClick=${skip}>To the question</a>
    <header>
      <button class="icon menu" aria-expanded=${menu} aria-controls="side" onClick=${() => setMenu(!menu)}>Menu</button>
      <h1>Ask your documents</h1>
      ${models.length > 1 && html`<label class="model"><span>Pipeline</span>
        <select value=${model} onChange=${(event) => setModel(event.target.value)}>
          ${models.map((name) => html`<option value=${name}>${name}</option>`)}
        </select></label>`}
      <${Theme} />
    </header>
    <div class=${`columns ${panel ? "with-panel" : ""}`}>
      <${Side} shown=${menu} conversations=${conversations} show=${show} documents=${documents} />
      <main>
        <${Messages} current=${current} writing=${writing} ask=${ask} open=${open} documents=${documents} />
        <${Composer} ask=${ask} stop=${stop} busy=${writing !== null} ready=${model !== ""} conversation=${current.id} />
      </main>
      ${panel?.citation && html`<${Source} ...${panel} close=${close} open=${setPanel} files=${documents.list} />`}
      ${panel?.trace && html`<${Trace} rag=${panel.trace} close=${close} />`}
    </div>
    <p class="unseen" role="status">${said}</p>
    ${documents.dragging && html`<div class="drop" aria-hidden="true"><p>Drop files to add them to your documents</p></div>`}
    <${KeyDialog} ...${key} />`;
}

function skip(event) {
  event.preventDefault();
  document.getElementById("question").focus();
}

/** Escape closes what is on top, then stops the answer; a slash goes to the question. */
function useKeys({ panel, close, menu, setMenu, writing, stop }) {
  useEffect(() => {
    const pressed = (event) => {
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "Escape") {
        if (panel) close();
        else if (menu) setMenu(false);
        else if (writing) stop();
      } else if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
        skip(event);
      }
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

function Side({ shown, conversations, show, documents }) {
  const { all, current, remove } = conversations;
  const sure = (one) => confirm(`Delete the conversation "${one.title}"?`) && remove(one.id);
  return html`<nav id="side" class=${shown ? "shown" : ""} aria-label="Conversations and documents">
    <button class="wide" onClick=${() => show(fresh())}>New conversation</button>
    ${all.length > 0 && html`<section><h2>Conversations</h2><ul class="conversations">
      ${all.map((one) => html`<li key=${one.id}>
        <button class="title" aria-current=${one.id === current.id ? "true" : undefined} onClick=${() => show(one)}>${one.title}</button>
        <button class="icon" aria-label=${`Delete conversation: ${one.title}`} onClick=${() => sure(one)}>×</button>
      </li>`)}
    </ul></section>`}
    <${Files} ...${documents} />
  </nav>`;
}

function Messages({ current, writing, ask, open, documents }) {
  const end = useRef(null);
  const here = writing?.id === current.id ? writing : null;
  const length = current.messages.length;
  useEffect(() => end.current?.scrollIntoView({ block: "end" }), [length, here?.text, current.id]);
  const again = (place) => ask(current.messages[place - 1].content, current.messages.slice(0, place - 1));
  return html`<div class="messages" tabindex="0" role="log" aria-live="off" aria-label="Conversation">
    ${length === 0 && html`<div class="empty"><p>Ask a question. The answer names the places in your documents that it rests on.</p>
      <p class="dim">${documents.list?.length === 0 ? "No documents were added here yet. Drop files on this page." : "Enter asks, Shift+Enter begins a new line, / goes to the question."}</p></div>`}
    ${current.messages.map((message, place) => html`<${Message} key=${`${current.id}.${place}`} message=${message} open=${open}
        again=${place === length - 1 && !writing ? () => again(place) : null} />`)}
    ${here && html`<${Message} message=${{ role: "assistant", content: here.text }} writing=${true} />`}
    <div ref=${end}></div>
  </div>`;
}

render(html`<${App} />`, document.getElementById("app"));
