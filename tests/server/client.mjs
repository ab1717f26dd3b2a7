// The scripted conversation by the official JavaScript client: node client.mjs URL
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "none", maxRetries: 0 });
const messages = [{ role: "user", content: "Who approves travel abroad?" }];
const told = {};

told.models = (await client.models.list()).data.map((model) => model.id);
told.model = (await client.models.retrieve("quick")).id;
const whole = await client.chat.completions.create({ messages, model: "quick", rag: { passages: true } });
told.text = whole.choices[0].message.content;
told.annotations = whole.choices[0].message.annotations.length;
told.passages = whole.rag.passages.length;

told.streamed = "";
const options = { model: "quick", messages, stream: true, stream_options: { include_usage: true } };
for await (const chunk of await client.chat.completions.create(options)) {
  told.streamed += chunk.choices[0]?.delta?.content ?? "";
  told.usage = chunk.usage ?? told.usage;
}

told.dimensions = (await client.embeddings.create({ model: "quick", input: "x" })).data[0].embedding.length;
told.response = (await client.responses.create({ model: "quick", input: messages })).output_text;

const content = Buffer.from("The canteen opens at seven.");
const file = await client.files.create({ file: await toFile(content, "canteen.txt"), purpose: "user_data" });
for (let state = file; (told.status = state.status) !== "processed"; state = await client.files.retrieve(file.id)) {
  await new Promise((resolve) => setTimeout(resolve, 50));
}
told.listed = [];
for await (const one of client.files.list()) told.listed.push(one.filename);
told.content = await (await client.files.content(file.id)).text();
told.deleted = (await client.files.delete(file.id)).deleted;

const failures = {
  noModel: () => client.chat.completions.create({ model: "none", messages }),
  noMessage: () => client.chat.completions.create({ model: "quick", messages: [] }),
  noFile: () => client.files.retrieve(file.id),
  noReader: async () => client.files.create({ file: await toFile(content, "a.exe"), purpose: "user_data" }),
};
told.errors = {};
for (const [name, call] of Object.entries(failures)) {
  try {
    await call();
  } catch (error) {
    told.errors[name] = [error.constructor.name, error.status, error.code];
  }
}

const stopped = new AbortController();
const stream = await client.chat.completions.create({ ...options }, { signal: stopped.signal });
stopped.abort();
told.afterAbort = 0;
for await (const _ of stream) told.afterAbort += 1;
console.log(JSON.stringify(told));
