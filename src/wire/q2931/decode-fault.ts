/**
 * What to do with a received message, in rising severity (Q.2931 sections 5.6 and 5.7); the message's `fault` has cause
 * and diagnostics of everything but `process`.
 */
export const DECODE_RESULT = {
  /** Good. */
  process: 0,
  /** Usable without the elements at fault, and nothing is to be said about them. */
  processQuietly: 1,
  /** Usable without the elements at fault, which are reported in a STATUS message. */
  processAndReport: 2,
  /** Not to be acted upon, nor answered. */
  discard: 3,
  /** Not to be acted upon; a STATUS message reports the fault. */
  discardAndReport: 4,
  /** A mandatory element is missing or wrong: SETUP and RELEASE are answered by RELEASE COMPLETE, others by STATUS. */
  mandatoryFault: 5,
  /** The sender asked for the call to be cleared when its message is not understood. */
  clearCall: 6,
  /** Not a message: neither type nor call reference is known. */
  unreadable: 7,
} as const;
export type DecodeResult = (typeof DECODE_RESULT)[keyof typeof DECODE_RESULT];

/** Which section of Q.2931 a received message broke. */
export const FAULT_CLAUSE = {
  none: 0,
  protocolDiscriminator: 1,
  messageTooShort: 2,
  callReferenceFormat: 3,
  messageType: 4,
  messageLength: 5,
  mandatoryMissing: 6,
  mandatoryContents: 7,
  elementUnrecognised: 8,
  elementContents: 9,
} as const;

/** Section and title of each FAULT_CLAUSE. */
export const FAULT_CLAUSES: readonly { readonly section: string; readonly title: string }[] = [
  { section: "", title: "no fault" },
  { section: "5.6.1", title: "protocol discrimination error" },
  { section: "5.6.2", title: "message too short" },
  { section: "5.6.3.1", title: "invalid call reference format" },
  { section: "5.6.4", title: "message type not recognised" },
  { section: "5.6.5", title: "message length error" },
  { section: "5.6.7.1", title: "mandatory information element missing" },
  { section: "5.6.7.2", title: "mandatory information element content error" },
  { section: "5.6.8.1", title: "unrecognised information element" },
  { section: "5.6.8.2", title: "non-mandatory information element content error" },
];

/** What is wrong with a decoded message, with everything that the answer to the peer needs. */
export class DecodeFault {
  /** What decodeMessage returned. */
  result: DecodeResult = DECODE_RESULT.process;
  /** Bits of known elements whose contents were wrong. */
  invalid = 0;
  /** FAULT_CLAUSE. */
  clause: number = FAULT_CLAUSE.none;
  /** Cause to report, 0 when none belongs to the fault. */
  cause = 0;
  /** Identifiers of the elements at fault (causes 96, 99, 100), or the message type (cause 97). */
  readonly diagnostics = new Uint8Array(28);
  diagnosticsLength = 0;

  clear(): void {
    this.result = DECODE_RESULT.process;
    this.invalid = 0;
    this.setCause(FAULT_CLAUSE.none, 0);
  }

  /** Replaces what is to be reported, without diagnostics. */
  setCause(clause: number, cause: number): void {
    this.clause = clause;
    this.cause = cause;
    this.diagnosticsLength = 0;
  }

  addDiagnostic(octet: number): void {
    if (this.diagnosticsLength < this.diagnostics.length) {
      this.diagnostics[this.diagnosticsLength++] = octet;
    }
  }
}
