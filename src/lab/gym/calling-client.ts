import type { ClientCall } from "../../client/index.ts";
import { AtmClient } from "../../client/index.ts";
import type { ClientLibrary, DriverImage } from "../../ndis/index.ts";
import { parseAtmAddress } from "../../wire/atm-address.ts";
import { PEER_ADDRESS } from "../conformance/stage.ts";

/** How many calls it makes, and how many frames it sends over each. */
const CALLS = 2;
const FRAMES = 8;

/**
 * The reference client as a driver under test: as soon as it can it calls the peer, one call after the other, sends some frames, and
 * hangs up; calls that come in it takes and answers with frames.
 */
export function callingClient(name: string): DriverImage<ClientLibrary> {
  let made = 0;
  const client: AtmClient = new AtmClient(name, {
    sendBuffers: 32,
    events: {
      bindingChanged: () => callAgain(),
      callConnected: (call) => sendFrames(call),
      sendComplete: (call) => {
        if (call.isOutgoing && call.framesSent >= FRAMES && call.sendsOutstanding === 0) call.close();
      },
    },
  });
  function callAgain(): void {
    const called = parseAtmAddress(PEER_ADDRESS);
    if (!client.isReady || made === CALLS || called.kind === "error") return;
    if ((client.binding?.calls.size ?? 0) > 0) return;
    made++;
    client.makeCall({ called });
  }
  return client.image;
}

function sendFrames(call: ClientCall): void {
  for (let i = 0; i < FRAMES; i++) call.sendBytes(new Uint8Array(64 + i).fill(i));
}
