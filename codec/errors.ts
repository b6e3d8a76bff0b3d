/**
 * The one error hierarchy. `code` is stable (scripts, HTTP and translations rely on it); `details` holds what a program may
 * want to know; the message is one line that says what was found, where, and what to do.
 */
export type ErrorCode = "input" | "format" | "pairing" | "unsupported" | "kernel" | "delivery";

/** Names and plain values; units end the names (`offsetBytes`). */
export type ErrorDetails = Record<string, string | number | boolean | null>;

/** What every error of the library is: a stable `code`, one line as message, and details for programs. */
export class CmixError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }
}

/** The input ends or breaks; `details` says where, in bytes (`offsetBytes`) or pictures (`picture`). */
export class InputError extends CmixError {
  constructor(message: string, details?: ErrorDetails) {
    super("input", message, details);
  }
}

/** Of a source without a byte. */
export const emptyFileError = (): InputError =>
  new InputError("the file is empty: choose another file", { offsetBytes: 0 });

/** A `.cmx` or slave file is not one, is cut, or does not agree with its checksums; `details.offsetBytes`, `details.segment`. */
export class FormatError extends CmixError {
  constructor(message: string, details?: ErrorDetails) {
    super("format", message, details);
  }
}

/** Main and slave do not belong together; `details.mainId`, `details.slaveId`. */
export class PairingError extends CmixError {
  constructor(message: string, details?: ErrorDetails) {
    super("pairing", message, details);
  }
}

/** Understood, but not done by this build or this machine; the message says what to do instead. */
export class UnsupportedError extends CmixError {
  constructor(message: string, details?: ErrorDetails) {
    super("unsupported", message, details);
  }
}

/** A kernel answered with a status that is not OK; `details.kernel`, `details.status`. */
export class KernelError extends CmixError {
  constructor(message: string, details?: ErrorDetails) {
    super("kernel", message, details);
  }
}

/** The service refused or did not answer; `details.status` is the HTTP status, `details.retryable` whether asking again can help. */
export class DeliveryError extends CmixError {
  constructor(message: string, details?: ErrorDetails) {
    super("delivery", message, details);
  }
}

/** An error that structured clone, or JSON, carries. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack?: string;
  code?: ErrorCode;
  details?: ErrorDetails;
}

const CLASSES = {
  input: InputError,
  format: FormatError,
  pairing: PairingError,
  unsupported: UnsupportedError,
  kernel: KernelError,
  delivery: DeliveryError,
} as const;

/** A plain copy of an error that structured clone carries whole. */
export function errorToRecord(error: unknown): ErrorRecord {
  const source = error instanceof Error ? error : new Error(String(error));
  const record: ErrorRecord = { name: source.name, message: source.message };
  if (source.stack !== undefined) record.stack = source.stack;
  if (source instanceof CmixError) {
    record.code = source.code;
    record.details = source.details;
  }
  return record;
}

/** The error that {@link errorToRecord} was given, in its own class again. */
export function errorFromRecord(record: ErrorRecord): Error {
  let error: Error;
  if (record.code !== undefined) error = new CLASSES[record.code](record.message, record.details);
  else if (record.name === "AbortError") error = new DOMException(record.message, "AbortError");
  else if (record.name === "TypeError") error = new TypeError(record.message);
  else if (record.name === "RangeError") error = new RangeError(record.message);
  else {
    error = new Error(record.message);
    error.name = record.name;
  }
  if (record.stack !== undefined) Object.defineProperty(error, "stack", { value: record.stack, configurable: true });
  return error;
}
