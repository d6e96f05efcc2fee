// The "Rooms" table of ARCHITECTURE.md as rules: who may import whom. `npm run check:rooms` holds the code to it.
// Every room is listed with the rooms that it may know; "types:x" means type-only imports of x.
const ROOMS = {
  machine: [],
  wire: [],
  device: ["machine", "wire"],
  network: ["machine", "wire"],
  ndis: ["machine"],
  "call-manager": ["ndis", "wire"],
  miniport: ["call-manager", "ndis", "wire", "device/datasheet", "types:machine"],
  client: ["ndis", "wire"],
  lab: ["machine", "wire", "device", "network", "ndis", "call-manager", "miniport", "client"],
  cli: ["lab"],
};

/** One rule per room: everything under src/ that is neither the room itself nor on its list is forbidden. */
function roomRules() {
  const rules = [];
  for (const [room, mayKnow] of Object.entries(ROOMS)) {
    const full = mayKnow.filter((name) => !name.startsWith("types:"));
    const typesOnly = mayKnow.filter((name) => name.startsWith("types:")).map((name) => name.slice("types:".length));
    const allowed = [room, ...full, ...typesOnly].map((name) => `^src/${name}/`);
    rules.push({
      name: `room-${room}`,
      comment: `src/${room} may import only: ${mayKnow.join(", ") || "nothing of ours"}`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: { path: "^src/", pathNot: allowed },
    });
    if (typesOnly.length > 0) {
      rules.push({
        name: `room-${room}-types-only`,
        comment: `src/${room} may import only types from: ${typesOnly.join(", ")}`,
        severity: "error",
        from: { path: `^src/${room}/` },
        to: { path: typesOnly.map((name) => `^src/${name}/`), dependencyTypesNot: ["type-only"] },
      });
    }
  }
  return rules;
}

module.exports = {
  forbidden: [
    ...roomRules(),
    {
      name: "known-room",
      comment: "Every file under src/ lives in a room of the table.",
      severity: "error",
      from: { path: "^src/", pathNot: Object.keys(ROOMS).map((room) => `^src/${room}/`) },
      to: {},
    },
    {
      name: "no-circle",
      comment:
        "A circle of run-time imports means that two nouns share a room they do not know of. A type may refer back within its room.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "nothing-outside-below-lab",
      comment: "Below src/lab all behaviour is virtual: no Node module, no package.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(lab|cli)/" },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "public-entry-points",
      comment: "bench/ and examples/ use what a user can use: the index of a room.",
      severity: "error",
      from: { path: "^(bench|examples)/" },
      to: { path: "^src/", pathNot: "^src/[^/]+/index\\.ts$" },
    },
    {
      name: "resolvable",
      comment: "An import that resolves to nothing hides from every other rule.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
