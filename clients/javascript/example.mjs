// Sends pictures to a server and prints what it found in each:  node example.mjs ws://127.0.0.1:8080 road1.jpg road2.jpg
import { readFile } from "node:fs/promises";

import { HazardStream } from "./hazardstream-client.js";

const [url, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: node example.mjs ws://127.0.0.1:8080 FILE...");
  process.exit(2);
}
const stream = new HazardStream(url, {
  config: { delivery: "all", fields: "lean" },
  attempts: 5,
  onState: (word) => console.error(word),
});
await stream.open();
const verdicts = files.map(async (file) => [file, await stream.send(await readFile(file), { frameId: file })]);
for (const [file, verdict] of await Promise.all(verdicts)) {
  if (verdict.type === "detection_result") {
    const found = verdict.data.detections.map((box) => `${box.class_name} ${box.confidence.toFixed(2)} [${box.bbox}]`);
    console.log(file, found.join(", ") || "nothing found");
  } else {
    console.log(file, verdict.type, verdict.reason ?? verdict.error ?? "");
  }
}
stream.close();
