// Uploads what stands in the JSON on its input with the stock client, several at once, and says what became of each.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import * as tus from "tus-js-client";

const { files, token, atOnce } = JSON.parse(readFileSync(0, "utf8"));
const outcomes = {};

async function send({ name, path, ...how }) {
  const content = await readFile(path);
  let retries = 0;
  await new Promise((resolve) => {
    const upload = new tus.Upload(content, {
      ...how, // uploadUrl, or endpoint with metadata; chunkSize
      headers: { Authorization: `Bearer ${token}` },
      retryDelays: [50, 100, 200, 400, 800, 1600, 1600, 1600, 1600, 1600],
      removeFingerprintOnSuccess: true,
      storeFingerprintForResuming: false,
      onAfterResponse: (request, response) => {
        if (response.getStatus() >= 400) outcomes.refusals = [...(outcomes.refusals ?? []), response.getStatus()];
        if (request.getMethod() === "HEAD") retries += 1;
      },
      onError: (error) => resolve((outcomes[name] = { error: String(error) })),
      onSuccess: () => resolve((outcomes[name] = { heads: retries })),
    });
    upload.start();
  });
}

async function work() {
  for (let next = files.shift(); next; next = files.shift()) await send(next);
}

await Promise.all(Array.from({ length: atOnce }, work));
process.stdout.write(JSON.stringify(outcomes));
