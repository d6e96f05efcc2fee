// A driver of one's own in an experiment: alice, the reference client, calls the driver of examples/listener.ts on bob.
// Run it: npx tsx examples/own-driver.ts
import { AtmClient } from "virtual-mcm/client";
import { Laboratory } from "virtual-mcm/lab";
import { DriverEntry } from "./listener.ts";

const alice = new AtmClient("caller", { listen: "none" });
const lab = new Laboratory({
  hosts: [
    { name: "alice", client: alice, nics: [{ address: "47.0005.80.ffe100.0000.f21a.26d8.0020ea000001.00" }] },
    {
      name: "bob",
      clients: [{ name: "listener", DriverEntry }],
      nics: [{ address: "47.0005.80.ffe100.0000.f21a.26d8.0020ea000002.00" }],
    },
  ],
});
lab.start();
lab.runUntil(() => alice.isReady);
const call = alice.makeCall({ called: lab.nic("bob").address });
lab.runUntil(() => call.state === "connected");
for (let i = 0; i < 10; i++) call.sendBytes(new Uint8Array(100));
call.close();
// The RELEASE travels behind the frames: bob's VC goes when everything has arrived.
lab.runUntil(() => lab.host("bob").ndis.live.vcs === 0);
lab.stop();
const left = lab.hosts.map((host) => Object.values(host.leftovers()).reduce((sum, count) => sum + count, 0));
console.log(`left behind on alice and bob: ${left.join(" and ")}`);
