import { expose, proxy, type Remote, wrap } from "comlink";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CmixError,
  DeliveryError,
  errorFromRecord,
  errorToRecord,
  FormatError,
  InputError,
  KernelError,
  PairingError,
  UnsupportedError,
} from "../../codec/errors.ts";
import { installErrorTransfer } from "../../codec/hosts/error-transfer.ts";
import { errorOf } from "../support/divisions.ts";

const CLASSES = [
  [InputError, "input"],
  [FormatError, "format"],
  [PairingError, "pairing"],
  [UnsupportedError, "unsupported"],
  [KernelError, "kernel"],
  [DeliveryError, "delivery"],
] as const;
const DETAILS = { offsetBytes: 12, what: "trailer", retryable: false, segment: null };

/** What the other side throws when it is asked by name. */
const thrown: Record<string, () => unknown> = {
  ...Object.fromEntries(
    CLASSES.map(([errorClass]) => [errorClass.name, () => new errorClass(`message of ${errorClass.name}`, DETAILS)]),
  ),
  AbortError: () => new DOMException("stopped by the user", "AbortError"),
  reason: () => AbortSignal.abort().reason,
  TypeError: () => new TypeError("argument: not this"),
  RangeError: () => new RangeError("number: 1..31"),
  ReferenceError: () => new ReferenceError("x is not defined"),
  text: () => "only a text",
};

const api = {
  fail(name: string): void {
    throw thrown[name]?.();
  },
  async failLater(name: string): Promise<void> {
    await Promise.resolve();
    throw thrown[name]?.();
  },
  echo: (value: number): number => value,
  tell: async (name: string, listener: (error: unknown) => void) => listener(thrown[name]?.()),
};

let remote: Remote<typeof api>;
const { port1, port2 } = new MessageChannel();
beforeAll(() => {
  installErrorTransfer();
  installErrorTransfer(); // again, as each side does: changes nothing
  expose(api, port1);
  remote = wrap<typeof api>(port2);
});
afterAll(() => {
  port1.close();
  port2.close();
});

const caught = async (name: string): Promise<Error> => (await errorOf(remote.fail(name) as Promise<void>)) as Error;

describe("errors over a comlink MessageChannel", () => {
  it("arrive as themselves where a callback is told of them", async () => {
    const told: unknown[] = [];
    await remote.tell(
      "DeliveryError",
      proxy((error: unknown) => void told.push(error)),
    );
    await expect.poll(() => told).toHaveLength(1);
    expect(told[0]).toBeInstanceOf(DeliveryError);
    expect(told[0]).toMatchObject({ code: "delivery", details: DETAILS });
  });

  for (const [errorClass, code] of CLASSES) {
    it(`${errorClass.name} arrives as itself, with code, details, message and stack`, async () => {
      for (const error of [
        await caught(errorClass.name),
        (await errorOf(remote.failLater(errorClass.name) as Promise<void>)) as Error,
      ]) {
        expect(error).toBeInstanceOf(errorClass);
        expect(error).toBeInstanceOf(CmixError);
        expect(error).toMatchObject({
          name: errorClass.name,
          code,
          details: DETAILS,
          message: `message of ${errorClass.name}`,
        });
        expect(error.stack).toContain("errors.test");
      }
    });
  }

  for (const name of ["AbortError", "reason"]) {
    it(`cancelling arrives as AbortError (${name})`, async () => {
      const error = await caught(name);
      expect(error).toBeInstanceOf(DOMException);
      expect(error.name).toBe("AbortError");
    });
  }

  it("a caller's mistake arrives as TypeError or RangeError", async () => {
    expect(await caught("TypeError")).toBeInstanceOf(TypeError);
    expect(await caught("RangeError")).toBeInstanceOf(RangeError);
    expect((await caught("RangeError")).message).toBe("number: 1..31");
  });

  it("other errors keep their name, and what is no error becomes one", async () => {
    expect(await caught("ReferenceError")).toMatchObject({ name: "ReferenceError", message: "x is not defined" });
    expect(await caught("text")).toMatchObject({ message: "only a text" });
  });

  it("values come back as before", async () => {
    expect(await remote.echo(7)).toBe(7);
  });
});

describe("errorToRecord and errorFromRecord", () => {
  it("need nothing but a structured clone between", () => {
    for (const [errorClass] of CLASSES) {
      const error = new errorClass("what, where, what to do", DETAILS);
      const back = errorFromRecord(structuredClone(errorToRecord(error)));
      expect(back).toBeInstanceOf(errorClass);
      expect(back).toMatchObject({ code: error.code, details: DETAILS, message: error.message, stack: error.stack });
    }
  });
});
