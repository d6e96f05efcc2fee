// The far side of worker-message.ts; JavaScript, so that a worker thread needs no loader.
import { parentPort, workerData } from "node:worker_threads";

const { frameBytes, acknowledgeEvery } = workerData;
const state = { received: 0, acknowledged: 0 };

parentPort.on("message", (message) => {
  if (message === null) return acknowledge();
  if (message instanceof Uint8Array) take(message);
  else for (const frame of message) take(frame);
  if (state.received - state.acknowledged >= acknowledgeEvery) acknowledge();
});

function take(frame) {
  const number = frame[0] | (frame[1] << 8) | (frame[2] << 16) | (frame[3] << 24);
  state.received++;
  if (frame.length !== frameBytes || number !== (state.received | 0)) parentPort.postMessage(-state.received);
}

function acknowledge() {
  state.acknowledged = state.received;
  parentPort.postMessage(state.received);
}
