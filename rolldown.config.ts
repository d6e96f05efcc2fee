import { defineConfig } from "rolldown";

/**
 * The package's JavaScript: the rooms that an experiment runs in as one module. In a module of its own a constant is a constant to
 * the engine's compiler; imported, it is read from a cell every time, which costs a call an eighth. Types are made by tsc.
 */

const ROOMS = ["machine", "wire", "device", "network", "ndis", "call-manager", "miniport", "client", "lab"];

export default defineConfig({
  input: {
    ...Object.fromEntries(ROOMS.map((room) => [`${room}/index`, `src/${room}/index.ts`])),
    "lab/run": "src/lab/run.ts",
    "cli/main": "src/cli/main.ts",
    "cli/worker": "src/cli/worker.ts",
  },
  platform: "node",
  external: (id) => !id.startsWith(".") && !id.startsWith("/"),
  output: {
    dir: "dist",
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    codeSplitting: {
      groups: [
        // A group takes along what its modules import, unless a group of higher priority has it.
        { name: "core", test: /[\\/]src[\\/](?!(?:lab|cli)[\\/])/, priority: 3 },
        { name: "lab/shared", test: /[\\/]src[\\/]lab[\\/]/, priority: 2 },
        { name: "cli/shared", test: /[\\/]src[\\/]cli[\\/]/, priority: 1 },
      ],
    },
  },
});
