/** One viewer's connection: HTTP/1.1 by hand, since a full client would cost more than the server that it measures. */
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  status: number;
  headers: string;
  /** Of the body. */
  bytes: number;
  /** The body, where it is JSON. */
  text: string;
  milliseconds: number;
}

/** All connections read into it: what is done with a piece of an answer is done at once. Pieces of their own are garbage, and to collect it would stop the clocks. */
const READ_BUFFER = Buffer.alloc(256 << 10);

export class RawClient {
  private readonly socket: Socket;
  private readonly host: string;
  /** What is there of the head. */
  private head = "";
  /** Once the head is there. */
  private answer: Omit<RawAnswer, "milliseconds"> | undefined;
  private wanted = 0;
  private waiting: { start: number; resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | undefined;

  constructor(port: number) {
    this.host = `127.0.0.1:${port}`;
    const take = (bytes: number) => {
      this.take(READ_BUFFER.subarray(0, bytes));
      return true;
    };
    this.socket = connect({ port, host: "127.0.0.1", onread: { buffer: READ_BUFFER, callback: take } });
    this.socket.setNoDelay(true);
    const fail = () => this.waiting?.reject(new Error("the server closed the connection"));
    this.socket.on("error", fail).on("close", fail);
  }

  /** One request at a time. @param headers whole lines */
  request(method: string, path: string, headers = "", body = ""): Promise<RawAnswer> {
    const length = method === "GET" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    const type = body === "" ? "" : "Content-Type: application/json\r\n";
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) throw new Error("the server closed the connection");
      this.waiting = { start: performance.now(), resolve, reject };
      this.socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${this.host}\r\n${length}${type}${headers}\r\n${body}`);
    });
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private take(piece: Buffer): void {
    let rest = piece;
    if (this.answer === undefined) {
      const before = this.head.length;
      this.head += piece.toString("latin1");
      const end = this.head.indexOf("\r\n\r\n");
      if (end < 0) return;
      const headers = this.head.slice(0, end + 4);
      rest = piece.subarray(headers.length - before);
      this.head = "";
      this.wanted = Number(headerOf({ headers }, "content-length"));
      this.answer = { status: Number(headers.slice(9, 12)), headers, bytes: 0, text: "" };
    }
    const { answer, waiting } = this;
    answer.bytes += rest.length;
    if (/^content-type: application\/json/im.test(answer.headers)) answer.text += rest.toString();
    if (answer.bytes < this.wanted) return;
    [this.answer, this.waiting] = [undefined, undefined];
    waiting?.resolve({ ...answer, milliseconds: performance.now() - waiting.start });
  }
}

/** @returns empty where there is no such header */
export function headerOf({ headers }: Pick<RawAnswer, "headers">, name: string): string {
  return new RegExp(`^${name}: (.*)\\r$`, "im").exec(headers)?.[1] ?? "";
}
