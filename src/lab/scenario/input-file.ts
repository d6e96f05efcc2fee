import { readFileSync, statSync } from "node:fs";

/** Why a file could not be read, as the end of a sentence. */
export interface UnreadableFile {
  readonly problem: string;
}

/** Reads a regular file of at most `maxBytes`. Whatever is not a regular file is refused before it is opened: a pipe would block. */
export function readInputFile(path: string, maxBytes: number): Uint8Array | UnreadableFile {
  try {
    const status = statSync(path);
    if (status.isDirectory()) return { problem: "is a directory" };
    if (!status.isFile()) return { problem: "is not a regular file" };
    if (status.size > maxBytes) return { problem: `has ${status.size} bytes, the most is ${maxBytes}` };
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return { problem: "does not exist" };
    if (code === "EACCES") return { problem: "may not be read (permission denied)" };
    return { problem: `cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}
