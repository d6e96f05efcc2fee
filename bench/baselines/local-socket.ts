import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Session } from "../harness/workload.ts";
import { LossError } from "../harness/workload.ts";
import { Waiting } from "./waiting.ts";

/**
 * Connections over a local stream socket (a UNIX domain socket, on Windows a named pipe) in one process: connected and accepted,
 * ended, closed at both ends. TCP would run out of ports in TIME_WAIT.
 */
export class LocalSocketSession implements Session {
  readonly #waiting = new Waiting();
  readonly #callsInFlight: number;
  readonly #folder: string | null;
  readonly #path: string;
  readonly #server: Server;
  #toMake = 0;
  #made = 0;
  #closed = 0;
  #closedAtServer = 0;

  private constructor(callsInFlight: number) {
    this.#callsInFlight = callsInFlight;
    const isWindows = process.platform === "win32";
    this.#folder = isWindows ? null : mkdtempSync(join(tmpdir(), "bench-"));
    this.#path = this.#folder === null ? `\\\\.\\pipe\\bench-${process.pid}` : join(this.#folder, "socket");
    this.#server = createServer((socket) => this.#accepted(socket));
  }

  static async open(options: { readonly callsInFlight: number }): Promise<LocalSocketSession> {
    const session = new LocalSocketSession(options.callsInFlight);
    session.#server.listen({ path: session.#path, backlog: 2 * options.callsInFlight });
    await once(session.#server, "listening");
    return session;
  }

  async run(count: number): Promise<number> {
    this.#toMake += count;
    this.#make();
    await this.#waiting.until(this.#toMake);
    return count;
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }

  #make(): void {
    while (this.#made < this.#toMake && this.#made - this.#ended < this.#callsInFlight) {
      this.#made++;
      const socket = connect(this.#path);
      socket.on("connect", () => socket.end());
      socket.on("error", (error) => this.#waiting.fail(new LossError(error.message)));
      socket.on("close", () => {
        this.#closed++;
        this.#oneEnded();
      });
      socket.resume();
    }
  }

  #accepted(socket: Socket): void {
    socket.on("error", (error) => this.#waiting.fail(new LossError(error.message)));
    socket.on("close", () => {
      this.#closedAtServer++;
      this.#oneEnded();
    });
    socket.resume();
  }

  get #ended(): number {
    return Math.min(this.#closed, this.#closedAtServer);
  }

  #oneEnded(): void {
    this.#make();
    this.#waiting.reached(this.#ended);
  }
}
