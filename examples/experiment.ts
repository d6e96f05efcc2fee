// An experiment of one's own: alice calls bob, ten frames cross the call, alice hangs up. Run it: npx tsx examples/experiment.ts
import { AtmClient } from "virtual-mcm/client";
import { Laboratory } from "virtual-mcm/lab";

const arrived: string[] = [];
const alice = new AtmClient("caller", { listen: "none" });
const bob = new AtmClient("listener", {
  events: {
    callConnected: (call) => console.log(`bob: a call came up on VPI ${call.vpi}, VCI ${call.vci}`),
    frameReceived: (call, list) => arrived.push(new TextDecoder().decode(call.bytesOf(list))),
  },
});

const lab = new Laboratory({
  hosts: [
    { name: "alice", client: alice, nics: [{ address: "47.0005.80.ffe100.0000.f21a.26d8.0020ea000001.00" }] },
    { name: "bob", client: bob, nics: [{ address: "47.0005.80.ffe100.0000.f21a.26d8.0020ea000002.00" }] },
  ],
});
lab.start();
lab.runUntil(() => alice.isReady && bob.isReady);

const call = alice.makeCall({ called: lab.nic("bob").address });
lab.runUntil(() => call.state === "connected");
for (let i = 1; i <= 10; i++) call.sendBytes(new TextEncoder().encode(`frame ${i}`));
lab.runUntil(() => arrived.length === 10);
call.close();
lab.runUntil(() => call.state === "closed");
lab.stop();
console.log(`bob: ${arrived.join(", ")}\nafter ${lab.world.clock.nowNs / 1e6} ms of virtual time`);
