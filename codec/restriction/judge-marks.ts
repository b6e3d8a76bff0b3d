/** Which of the codes that were seen are marks that count, and what they hide (restriction patent, Fig. 5, T04 and T05). */
import { type Mark, type MarkRule, partOf, readMark, verifyMark } from "./mark.ts";
import type { Sighting } from "./mark-finder.ts";
import { type MarkRecord, readMarkRecord } from "./mark-record.ts";
import type { RestrictedPart } from "./part.ts";
import { reverseOf } from "./reverse-parts.ts";
import { type KeyLookup, keyIdOf, type SignatureState } from "./signing.ts";

/** What a creator or a service lets count. A copied mark cannot be told from the one it was copied from. */
export interface MarkPolicy {
  /** Marks of these services count; of any where none is named. Nobody else's is asked. */
  services?: readonly string[];
  /** Whether marks count that nobody has signed, or somebody whose key is unknown. */
  unsigned: boolean;
  /** The rights holders' keys; none where there are none. */
  keys?: KeyLookup;
  /** The signed record of an id, as the service holds it. */
  records?: (recordId: string) => Promise<Uint8Array | undefined> | Uint8Array | undefined;
  /** Seconds since 1970, for records that hold for a time. */
  nowSeconds: number;
}

/**
 * `counts`; `other`: a code that is no mark; `unreadable`: a mark that says what this build does not understand; `foreign`: of another
 * service; `unsigned`; `forged`: its signature is of another text or key; `unknown-record`, `expired`: its record.
 */
export type MarkState =
  | "counts"
  | "other"
  | "unreadable"
  | "foreign"
  | "unsigned"
  | "forged"
  | "unknown-record"
  | "expired";

/** A code that was seen, and what came of it. */
export interface JudgedMark extends Sighting {
  state: MarkState;
  signature: SignatureState;
  /** Where the text is a mark's. */
  mark?: Mark;
  /** What it asks for, of its own or by its record. */
  rule?: MarkRule;
  /** Why it is not understood. */
  reason?: string;
}

/** Judges each code by the policy; each text once. */
export async function judgeMarks(sightings: readonly Sighting[], policy: MarkPolicy): Promise<JudgedMark[]> {
  const judged = new Map<string, Promise<Omit<JudgedMark, keyof Sighting>>>();
  return Promise.all(
    sightings.map(async (sighting) => {
      const verdict = judged.get(sighting.text) ?? judgeText(sighting.text, policy);
      judged.set(sighting.text, verdict);
      return { ...sighting, ...(await verdict) };
    }),
  );
}

async function judgeText(text: string, policy: MarkPolicy): Promise<Omit<JudgedMark, keyof Sighting>> {
  const reading = readMark(text);
  if (reading.kind === "other") return { state: "other", signature: "none" };
  if (reading.kind === "unreadable") return { state: "unreadable", signature: "none", reason: reading.reason };
  const { mark } = reading;
  const keys = policy.keys ?? (() => undefined);
  const signature = await verifyMark(mark, keys);
  const known = { mark, signature };
  const isOwn = policy.services?.includes(mark.service) ?? true;
  if (!isOwn) return { ...known, ...(mark.rule === undefined ? {} : { rule: mark.rule }), state: "foreign" };
  if (mark.rule !== undefined) return { ...known, rule: mark.rule, state: stateOf(signature, policy) };
  if (signature === "wrong") return { ...known, state: "forged" };
  const record = await recordOf(mark, policy);
  if (record === undefined) return { ...known, state: "unknown-record" };
  if (record.validUntilSeconds < policy.nowSeconds) return { ...known, rule: record.rule, state: "expired" };
  // The record's signature was checked when it was read; here it is whether its key is a rights holder's.
  const holder = await keys(await keyIdOf(record.publicKey));
  const bySignature = holder === undefined ? "unknown-key" : "valid";
  return { mark, signature: bySignature, rule: record.rule, state: stateOf(bySignature, policy) };
}

function stateOf(signature: SignatureState, policy: MarkPolicy): MarkState {
  if (signature === "wrong") return "forged";
  return signature === "valid" || policy.unsigned ? "counts" : "unsigned";
}

async function recordOf(mark: Mark, policy: MarkPolicy): Promise<MarkRecord | undefined> {
  const bytes = mark.recordId === undefined ? undefined : await policy.records?.(mark.recordId);
  if (bytes === undefined) return undefined;
  const record = await readMarkRecord(bytes);
  // A record of another mark or another service says nothing about this one.
  return record.id === mark.recordId && record.service === mark.service ? record : undefined;
}

interface Span {
  startMicroseconds: number;
  endMicroseconds: number;
}

/** From the mark's first picture until its hold time behind the last one has passed, or the video ends. */
function spanOf({ startMicroseconds, endMicroseconds }: Sighting, rule: MarkRule, videoMicroseconds: number): Span {
  return { startMicroseconds, endMicroseconds: Math.min(endMicroseconds + rule.holdSeconds * 1e6, videoMicroseconds) };
}

/**
 * The parts that marks hide; a mark that is away for less than its hold time makes one part.
 *
 * @param marks            those that count, others are left out
 * @param videoMicroseconds when the video ends
 * @returns in the order of their starts
 */
export function restrictedParts(marks: readonly JudgedMark[], videoMicroseconds: number): RestrictedPart[] {
  const parts = marks.flatMap((mark) => {
    if (mark.state !== "counts" || mark.rule?.restricted !== true) return [];
    const { startMicroseconds, endMicroseconds } = spanOf(mark, mark.rule, videoMicroseconds);
    return endMicroseconds > startMicroseconds ? [partOf(mark.rule, startMicroseconds, endMicroseconds)] : [];
  });
  return joinParts(parts);
}

/** Parts that hide the same and touch or overlap in time become one. */
function joinParts(parts: readonly RestrictedPart[]): RestrictedPart[] {
  const joined: RestrictedPart[] = [];
  const latest = new Map<string, RestrictedPart>();
  for (const part of [...parts].sort((a, b) => a.startMicroseconds - b.startMicroseconds)) {
    const { startMicroseconds: _start, endMicroseconds: _end, ...what } = part;
    const key = JSON.stringify(what);
    const before = latest.get(key);
    if (before !== undefined && part.startMicroseconds <= before.endMicroseconds) {
      before.endMicroseconds = Math.max(before.endMicroseconds, part.endMicroseconds);
      continue;
    }
    const copy = { ...part };
    latest.set(key, copy);
    joined.push(copy);
  }
  return joined;
}

/** The reverse rule: all is hidden that no mark allows (restriction patent, last paragraphs), besides what marks restrict. */
export function reverseParts(
  marks: readonly JudgedMark[],
  videoMicroseconds: number,
  hidden: Pick<RestrictedPart, "treatment" | "sound" | "viewers">,
): RestrictedPart[] {
  const allowed = marks.flatMap(({ state, rule, ...mark }) =>
    state === "counts" && rule?.restricted === false
      ? [{ ...spanOf(mark, rule, videoMicroseconds), areas: rule.area === undefined ? [] : [rule.area] }]
      : [],
  );
  return joinParts([...reverseOf(allowed, hidden, videoMicroseconds), ...restrictedParts(marks, videoMicroseconds)]);
}
