import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Session } from "../harness/workload.ts";
import { FrameSink, FrameSource } from "./numbered-frames.ts";
import { Waiting } from "./waiting.ts";

/** Datagrams under way at most: they fit the smallest receive buffer in use, so that none is dropped. */
const WINDOW_DATAGRAMS = 64;
const WINDOW_BYTES = 72 * 1024;

/** Two UDP sockets on 127.0.0.1 in one process, a datagram per frame: dgram has no call for a batch of datagrams. */
export class UdpSession implements Session {
  readonly #source: FrameSource;
  readonly #sink: FrameSink;
  readonly #windowDatagrams: number;
  readonly #waiting = new Waiting();
  readonly #sender: Socket = createSocket("udp4");
  readonly #receiver: Socket = createSocket("udp4");
  #toSend = 0;

  private constructor(frameBytes: number) {
    this.#windowDatagrams = Math.max(1, Math.min(WINDOW_DATAGRAMS, Math.floor(WINDOW_BYTES / frameBytes)));
    this.#source = new FrameSource(frameBytes, 2 * this.#windowDatagrams);
    this.#sink = new FrameSink(frameBytes);
    this.#receiver.on("message", (datagram) => this.#take(datagram));
  }

  static async open(frameBytes: number): Promise<UdpSession> {
    const session = new UdpSession(frameBytes);
    session.#receiver.bind(0, "127.0.0.1");
    await once(session.#receiver, "listening");
    session.#sender.connect(session.#receiver.address().port, "127.0.0.1");
    await once(session.#sender, "connect");
    return session;
  }

  async run(count: number): Promise<number> {
    this.#toSend += count;
    this.#send();
    await this.#waiting.until(this.#toSend);
    return count;
  }

  async close(): Promise<void> {
    const closed = [once(this.#sender, "close"), once(this.#receiver, "close")];
    this.#sender.close();
    this.#receiver.close();
    await Promise.all(closed);
  }

  #send(): void {
    while (this.#source.made < this.#toSend && this.#source.made - this.#sink.received < this.#windowDatagrams) {
      this.#sender.send(this.#source.next());
    }
  }

  #take(datagram: Uint8Array): void {
    try {
      this.#sink.take(datagram);
      this.#send();
      this.#waiting.reached(this.#sink.received);
    } catch (error) {
      this.#waiting.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
