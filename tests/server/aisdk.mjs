// The server by the Vercel AI SDK: node aisdk.mjs URL
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, streamText } from "ai";

const provider = createOpenAICompatible({ name: "rag", baseURL: `${process.argv[2]}/v1`, apiKey: "none" });
const prompt = "Who approves travel abroad?";
const told = {};

const whole = await generateText({ model: provider("quick"), prompt });
told.text = whole.text;
told.finish = whole.finishReason;

const stream = streamText({ model: provider("quick"), messages: [
  { role: "user", content: "Hello" }, { role: "assistant", content: "Good day." }, { role: "user", content: prompt },
] });
told.streamed = "";
for await (const text of stream.textStream) told.streamed += text;
told.streamFinish = await stream.finishReason;

const made = await embedMany({ model: provider.embeddingModel("quick"), values: ["travel", "printer"] });
told.embeddings = made.embeddings.map((vector) => vector.length);

try {
  await generateText({ model: provider("none"), prompt, maxRetries: 0 });
} catch (error) {
  told.error = [error.name, error.statusCode, error.message];
}

const stopped = new AbortController();
const cut = streamText({ model: provider("quick"), prompt, abortSignal: stopped.signal, onError: () => {} });
stopped.abort();
told.afterAbort = 0;
for await (const _ of cut.textStream) told.afterAbort += 1;
console.log(JSON.stringify(told));
