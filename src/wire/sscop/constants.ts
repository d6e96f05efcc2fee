// What SSCOP (Q.2110) names: states, PDU types, timers, parameters, error codes; and the values that Q.2130 gives them at the UNI.

/** Q.2110 section 6.3: the states of a connection. */
export const SSCOP_IDLE = 1;
export const SSCOP_OUTGOING_CONNECTION_PENDING = 2;
export const SSCOP_INCOMING_CONNECTION_PENDING = 3;
export const SSCOP_OUTGOING_DISCONNECTION_PENDING = 4;
export const SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING = 5;
export const SSCOP_INCOMING_RESYNCHRONIZATION_PENDING = 6;
export const SSCOP_OUTGOING_RECOVERY_PENDING = 7;
export const SSCOP_RECOVERY_RESPONSE_PENDING = 8;
export const SSCOP_INCOMING_RECOVERY_PENDING = 9;
export const SSCOP_DATA_TRANSFER_READY = 10;

export const SSCOP_STATE_NAMES: readonly string[] = [
  "",
  "idle",
  "outgoing connection pending",
  "incoming connection pending",
  "outgoing disconnection pending",
  "outgoing resynchronization pending",
  "incoming resynchronization pending",
  "outgoing recovery pending",
  "recovery response pending",
  "incoming recovery pending",
  "data transfer ready",
];

/** Which state may follow which (Q.2110 section 6.3 and the SDL of Annex A); the row is the state before. */
export const SSCOP_TRANSITIONS: readonly (readonly number[])[] = [
  [],
  [SSCOP_OUTGOING_CONNECTION_PENDING, SSCOP_INCOMING_CONNECTION_PENDING],
  [SSCOP_IDLE, SSCOP_OUTGOING_DISCONNECTION_PENDING, SSCOP_DATA_TRANSFER_READY],
  [SSCOP_IDLE, SSCOP_DATA_TRANSFER_READY],
  [SSCOP_IDLE, SSCOP_OUTGOING_CONNECTION_PENDING, SSCOP_INCOMING_CONNECTION_PENDING],
  [SSCOP_IDLE, SSCOP_INCOMING_CONNECTION_PENDING, SSCOP_OUTGOING_DISCONNECTION_PENDING, SSCOP_DATA_TRANSFER_READY],
  [SSCOP_DATA_TRANSFER_READY],
  [
    SSCOP_IDLE,
    SSCOP_INCOMING_CONNECTION_PENDING,
    SSCOP_OUTGOING_DISCONNECTION_PENDING,
    SSCOP_INCOMING_RESYNCHRONIZATION_PENDING,
    SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING,
    SSCOP_RECOVERY_RESPONSE_PENDING,
  ],
  [SSCOP_DATA_TRANSFER_READY],
  [SSCOP_DATA_TRANSFER_READY],
  [
    SSCOP_IDLE,
    SSCOP_INCOMING_CONNECTION_PENDING,
    SSCOP_OUTGOING_DISCONNECTION_PENDING,
    SSCOP_OUTGOING_RESYNCHRONIZATION_PENDING,
    SSCOP_INCOMING_RESYNCHRONIZATION_PENDING,
    SSCOP_OUTGOING_RECOVERY_PENDING,
    SSCOP_INCOMING_RECOVERY_PENDING,
  ],
];

/** Q.2110 table 4: PDU type field. */
export const SSCOP_BGN = 1;
export const SSCOP_BGAK = 2;
export const SSCOP_END = 3;
export const SSCOP_ENDAK = 4;
export const SSCOP_RS = 5;
export const SSCOP_RSAK = 6;
export const SSCOP_BGREJ = 7;
export const SSCOP_SD = 8;
export const SSCOP_ER = 9;
export const SSCOP_POLL = 10;
export const SSCOP_STAT = 11;
export const SSCOP_USTAT = 12;
export const SSCOP_UD = 13;
export const SSCOP_MD = 14;
export const SSCOP_ERAK = 15;

/** By state: the PDU that waits for the peer's answer there, sent again on Timer_CC; 0 in the other states. */
export const SSCOP_REQUEST_PDUS: readonly number[] = [0, 0, SSCOP_BGN, 0, SSCOP_END, SSCOP_RS, 0, SSCOP_ER, 0, 0, 0];

export interface SscopPduType {
  readonly name: string;
  /** Octets of the trailer: what an empty PDU of the type is long. */
  readonly trailerOctets: number;
  /** Whether octets may stand before the trailer: user data, SSCOP-UU, or the list of a STAT. */
  readonly body: "none" | "data" | "list";
  /** Q.2110 annex A table A.1: the MAA-ERROR code for receiving it where it is not expected. */
  readonly unexpectedError: string;
}

/** Q.2110 section 7.1 and figures 4 to 18, by type field. Type 0 is not defined. */
export const SSCOP_PDU_TYPES: readonly (SscopPduType | null)[] = [
  null,
  { name: "BGN", trailerOctets: 8, body: "data", unexpectedError: "B" },
  { name: "BGAK", trailerOctets: 8, body: "data", unexpectedError: "C" },
  { name: "END", trailerOctets: 8, body: "data", unexpectedError: "E" },
  { name: "ENDAK", trailerOctets: 8, body: "none", unexpectedError: "F" },
  { name: "RS", trailerOctets: 8, body: "data", unexpectedError: "J" },
  { name: "RSAK", trailerOctets: 8, body: "none", unexpectedError: "K" },
  { name: "BGREJ", trailerOctets: 8, body: "data", unexpectedError: "D" },
  { name: "SD", trailerOctets: 4, body: "data", unexpectedError: "A" },
  { name: "ER", trailerOctets: 8, body: "none", unexpectedError: "L" },
  { name: "POLL", trailerOctets: 8, body: "none", unexpectedError: "G" },
  { name: "STAT", trailerOctets: 12, body: "list", unexpectedError: "H" },
  { name: "USTAT", trailerOctets: 16, body: "none", unexpectedError: "I" },
  { name: "UD", trailerOctets: 4, body: "data", unexpectedError: "" },
  { name: "MD", trailerOctets: 4, body: "data", unexpectedError: "" },
  { name: "ERAK", trailerOctets: 8, body: "none", unexpectedError: "M" },
];

/** Q.2110 annex A table A.1: codes of MAA-ERROR that do not come from an unexpected PDU. */
export const SSCOP_ERROR_MAX_CC = "O";
export const SSCOP_ERROR_NO_RESPONSE = "P";
export const SSCOP_ERROR_SEQUENCE = "Q";
export const SSCOP_ERROR_STAT_POLL_SEQUENCE = "R";
export const SSCOP_ERROR_STAT = "S";
export const SSCOP_ERROR_USTAT = "T";
export const SSCOP_ERROR_PDU_LENGTH = "U";
export const SSCOP_ERROR_SD_LOSS = "V";
export const SSCOP_ERROR_LACK_OF_CREDIT = "W";
export const SSCOP_ERROR_CREDIT_OBTAINED = "X";

/** Q.2110 section 7.7; the numbers index a connection's timers. */
export const SSCOP_TIMER_CC = 0;
export const SSCOP_TIMER_POLL = 1;
export const SSCOP_TIMER_KEEP_ALIVE = 2;
export const SSCOP_TIMER_NO_RESPONSE = 3;
export const SSCOP_TIMER_IDLE = 4;
export const SSCOP_TIMER_COUNT = 5;
export type SscopTimer = 0 | 1 | 2 | 3 | 4;
export const SSCOP_TIMER_NAMES: readonly string[] = ["CC", "POLL", "KEEP-ALIVE", "NO-RESPONSE", "IDLE"];

/** How a connection came to be ready: which primitive of Q.2130 tells the user of it. */
export const SSCOP_ESTABLISHED_BY_REQUEST = 0;
export const SSCOP_ESTABLISHED_BY_PEER = 1;
/** The link was ready and starts anew: whatever was under way may be lost (Q.2931 section 5.6.9, data link reset). */
export const SSCOP_ESTABLISHED_BY_RESYNCHRONIZATION = 2;
export const SSCOP_ESTABLISHED_BY_RECOVERY = 3;
export const SSCOP_ESTABLISHED_NAMES: readonly string[] = ["request", "peer", "resynchronization", "recovery"];

/** Why a connection is gone. */
export const SSCOP_RELEASED_BY_REQUEST = 0;
export const SSCOP_RELEASED_BY_PEER = 1;
/** The peer's SSCOP, not its user, ended the connection; or an end of it that only SSCOP can mean. */
export const SSCOP_RELEASED_BY_PROTOCOL = 2;
export const SSCOP_RELEASED_REJECTED = 3;
export const SSCOP_RELEASED_NO_RESPONSE = 4;
/** The peer begins a new connection over a ready one; `established` follows. */
export const SSCOP_RELEASED_REPLACED = 5;
export const SSCOP_RELEASED_NAMES: readonly string[] = [
  "request",
  "peer",
  "protocol",
  "rejected",
  "no-response",
  "replaced",
];

export interface SscopParameters {
  readonly timerCcMs: number;
  readonly timerPollMs: number;
  readonly timerKeepAliveMs: number;
  readonly timerNoResponseMs: number;
  readonly timerIdleMs: number;
  /** How often BGN, END, RS and ER are sent before giving up. */
  readonly maxCc: number;
  /** SDs between two POLLs. */
  readonly maxPd: number;
  /** List elements in a STAT; odd, 3 or more. */
  readonly maxStat: number;
  /** SDs that the peer may send ahead of what was received in order. A power of two. */
  readonly creditWindow: number;
  /** Octets of user data in an SD (k of Q.2110). */
  readonly maxSduOctets: number;
  /** SDs that wait or are not acknowledged before `send` refuses. */
  readonly transmitQueueLimit: number;
}

/** Q.2130 section 7, table 1. Window and queue are the implementation's own choice: a busy exchange sends bursts of a thousand. */
export const SSCOP_UNI_PARAMETERS: SscopParameters = {
  timerCcMs: 1000,
  timerPollMs: 750,
  timerKeepAliveMs: 2000,
  timerNoResponseMs: 7000,
  timerIdleMs: 15000,
  maxCc: 4,
  maxPd: 25,
  maxStat: 67,
  creditWindow: 1024,
  maxSduOctets: 4096,
  transmitQueueLimit: 65536,
};

export const SSCOP_SEQUENCE_MASK = 0xffffff;
/** Half of the sequence space: a distance beyond it is counted backwards. */
export const SSCOP_SEQUENCE_HALF = 0x800000;
