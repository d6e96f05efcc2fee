/** What is wrong with something that the user gave us, where it stands, and what would be right. */
export class InputError extends Error {
  override readonly name = "InputError";
  /** The file as the user named it; null when the input is not a file. */
  readonly file: string | null;
  /** Both from 1; null when the error belongs to no place in the file. */
  readonly line: number | null;
  readonly column: number | null;
  /** The offending key with its path, for example "calls[0].peakCellRate". */
  readonly key: string | null;
  /** What would be right; null when the message says it. */
  readonly hint: string | null;

  constructor(message: string, place: InputPlace = {}) {
    super(message);
    this.file = place.file ?? null;
    this.line = place.line ?? null;
    this.column = place.column ?? null;
    this.key = place.key ?? null;
    this.hint = place.hint ?? null;
  }
}

export interface InputPlace {
  readonly file?: string | null;
  readonly line?: number | null;
  readonly column?: number | null;
  readonly key?: string | null;
  readonly hint?: string | null;
}

/** One line: `file:line:column: key: message (hint)`, as compilers write it. */
export function formatInputError(error: InputError): string {
  const { file, line, column, key, message, hint } = error;
  const place = [file, line, column].filter((part) => part !== null).join(":");
  const text = [place, key, message].filter((part) => part !== null && part !== "").join(": ");
  // A control character from the input must neither break the line nor reach the terminal.
  return `${text}${hint === null ? "" : ` (${hint})`}`.replace(/\p{Cc}+/gu, " ");
}
