// Switch and called party of worker-signalling.ts; JavaScript, so that a worker thread needs no loader.
import { parentPort, workerData } from "node:worker_threads";

const { role, port } = workerData;
const calls = new Map();

if (role === "switch") {
  parentPort.on("message", (message) => {
    if (message.type === "setup") calls.set(message.callReference, message);
    port.postMessage(message);
  });
  port.on("message", (message) => {
    if (message.type === "release complete" && !calls.delete(message.callReference)) throw new Error("no such call");
    parentPort.postMessage(message);
  });
} else {
  port.on("message", (message) => {
    if (message.type === "setup") {
      calls.set(message.callReference, message);
      port.postMessage({ ...message, type: "connect", vci: 32 + calls.size });
    } else if (calls.delete(message.callReference)) {
      port.postMessage({ ...message, type: "release complete" });
    }
  });
}
