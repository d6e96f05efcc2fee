import type { ConformanceCase } from "../case.ts";
import { CALL_MANAGEMENT } from "../case.ts";

/** Coming up, pausing and going down, as a call manager or an MCM sees them. */
export const LIFE_CASES: readonly ConformanceCase[] = [
  {
    id: "up-and-down",
    title: "drivers are loaded and started, clients come and go, everything is taken down",
    roles: CALL_MANAGEMENT,
    rules: [
      ...["REG-01", "REG-03", "REG-04", "REG-05", "REG-09", "REG-16", "REG-19", "REG-30", "AF-02", "AF-17", "AF-18"],
      ...["AF-30", "SAP-04", "SAP-05", "SAP-12", "SAP-13", "LIF-02", "LIF-05", "LIF-06", "LIF-12", "MEM-02", "MEM-04"],
    ],
    run: () => {},
  },
  {
    id: "halt-with-calls",
    title: "the device is removed while calls are up in both directions",
    roles: CALL_MANAGEMENT,
    rules: ["AF-29", "AF-30", "CLS-09", "LIF-06", "LIF-13", "MEM-02"],
    run: (stage) => {
      stage.connect(stage.user, stage.far);
      stage.connect(stage.far, stage.user);
    },
  },
  {
    id: "pause-and-restart",
    title: "the adapter is paused and restarted while a call is up",
    roles: CALL_MANAGEMENT,
    rules: ["LIF-05", "LIF-06", "LIF-08", "LIF-09", "RCV-10"],
    run: (stage) => {
      const [call, other] = stage.connect(stage.user, stage.far);
      stage.exchange(call, other, 4);
      stage.pauseAndRestart();
      stage.exchange(call, other, 4);
      stage.hangUp(call, other);
    },
  },
  {
    id: "surprise-removal",
    title: "the card is pulled out of its slot while calls are up",
    roles: CALL_MANAGEMENT,
    rules: ["OID-15", "CLS-14", "LIF-12", "MEM-02"],
    run: (stage) => {
      const [call] = stage.connect(stage.user, stage.far);
      stage.connect(stage.far, stage.user);
      for (let i = 0; i < 4; i++) call.sendBytes(new Uint8Array(500).fill(i));
      const { ndis } = stage.host;
      const [adapter] = ndis.adapters;
      stage.onHost("LIF-12", "the drivers are taken down after a surprise removal", ndis.surpriseRemoveDevice(adapter));
    },
  },
  {
    id: "halt-before-unbind",
    title: "MiniportHaltEx runs while clients still have address families open",
    roles: ["mcm"],
    rules: ["AF-32", "LIF-13", "MEM-02"],
    run: (stage) => {
      stage.connect(stage.user, stage.far);
      const { ndis } = stage.host;
      const [adapter] = ndis.adapters;
      stage.onHost("AF-32", "the halt ends", ndis.removeDevice(adapter, { haltsBeforeUnbind: true }));
    },
  },
  {
    id: "idle",
    title: "nothing happens for ten minutes while a call is up",
    roles: CALL_MANAGEMENT,
    rules: ["OID-27", "CLS-19"],
    run: (stage) => {
      const [call, other] = stage.connect(stage.user, stage.far);
      stage.idle();
      stage.exchange(call, other, 2);
      stage.hangUp(call, other);
    },
  },
];
