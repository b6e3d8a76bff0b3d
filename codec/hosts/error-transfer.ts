import { transferHandlers } from "comlink";
import { type ErrorRecord, errorFromRecord, errorToRecord } from "../errors.ts";

const THROWN = Symbol.for("cmix.thrown");

interface ThrownValue {
  value: unknown;
}

/**
 * Makes errors, thrown or given as arguments, cross comlink in their own classes, with code and details. Call once on both sides; comlink by itself carries only
 * name, message and stack.
 */
export function installErrorTransfer(): void {
  const original = transferHandlers.get("throw");
  if (original === undefined || THROWN in original) return;
  transferHandlers.set("throw", {
    canHandle: original.canHandle,
    serialize: ({ value }: ThrownValue): [ErrorRecord, Transferable[]] => [errorToRecord(value), []],
    deserialize: (record: ErrorRecord): never => {
      throw errorFromRecord(record);
    },
    [THROWN]: true,
  } as typeof original);
  // What is told to a callback, not thrown.
  transferHandlers.set("error", {
    canHandle: (value): value is Error => value instanceof Error,
    serialize: (error: Error): [ErrorRecord, Transferable[]] => [errorToRecord(error), []],
    deserialize: errorFromRecord,
  });
}
