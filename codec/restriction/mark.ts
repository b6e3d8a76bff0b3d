/**
 * The text of a visible mark: the address that its QR code holds (restriction patent, Fig. 1, claims 1 and 3). It is short, since a code
 * of few modules survives in a small corner of a picture.
 *
 *     https://SERVICE/r#1r.aAREA.tTREATMENT.sSOUND.vVIEWERS.hSECONDS    restricted; 1f: allowed
 *     https://SERVICE/r#1iID                                            what the record of this id says, which the service holds
 *
 * Fields whose value is the usual one are left out; those that are there keep their order. Behind the last one stands, where the mark is
 * signed, `.z`, the key's id and an Ed25519 signature over all that comes before. What follows `#` never leaves the phone that scans it.
 *
 * | field | values | usual |
 * | --- | --- | --- |
 * | a | `w` whole, `ut` `lt` thirds, `lh` `rh` halves, `tl` `tr` `bl` `br` corners, `n` none, X-Y-WIDTH-HEIGHT in thousandths | w |
 * | t | `b` black, `m` mosaic, `p` picture, `x` text | b |
 * | s | `k` kept, `m` muted, `v` voice changed, `t` tone | k |
 * | v | `p` premium, `s` signed in, `a` and an age in years, `g` and a group's name | p |
 * | h | seconds that the part goes on after the mark was last seen, 0 to 3600 | 1 |
 */
import { concatBytes, fromHex, toHex } from "../bytes/bytes.ts";
import { AREA_PRESETS, isArea, presetOf } from "./areas.ts";
import type { Area, PictureTreatment, RestrictedPart, SoundTreatment, Viewers } from "./part.ts";
import {
  isSignedBy,
  KEY_ID_BYTES,
  type KeyLookup,
  keyIdOf,
  SIGNATURE_BYTES,
  type SignatureState,
  type SigningKey,
  sign,
} from "./signing.ts";
import { isViewers } from "./viewers.ts";

/** What a mark asks for while it is seen. */
export interface MarkRule {
  /** False: everybody sees this; it matters where all that no mark allows is restricted. */
  restricted: boolean;
  /** None: the sound alone is changed. */
  area?: Area;
  treatment: PictureTreatment;
  sound: SoundTreatment;
  viewers: Viewers;
  /** Whole seconds that it goes on after the mark was last seen. */
  holdSeconds: number;
}

/** A mark: a rule, or the id of a record that the service holds. */
export type Mark = {
  /** `https://` and a host; for tests on the same machine also `http://localhost`. */
  service: string;
  signature?: MarkSignature;
} & ({ rule: MarkRule; recordId?: undefined } | { /** 8 bytes in hexadecimal. */ recordId: string; rule?: undefined });

/** What stands behind a signed mark. */
export interface MarkSignature {
  /** 8 bytes in hexadecimal; see {@link keyIdOf}. */
  keyId: string;
  bytes: Uint8Array;
  /** What it was made over. */
  signedText: string;
}

/** What a code's text is: a mark, one that says more than this build understands or nonsense, or a code of somebody else's. */
export type MarkReading = { kind: "mark"; mark: Mark } | { kind: "unreadable"; reason: string } | { kind: "other" };

/** More is no mark; a signed one with every field has about half. */
export const MARK_MAX_CHARACTERS = 400;
/** A rule's longest hold time. */
export const HOLD_MAX_SECONDS = 3600;
export const RECORD_ID_BYTES = 8;
/** What a field that is left out says. */
export const USUAL_RULE: MarkRule = {
  restricted: true,
  area: AREA_PRESETS.whole.area,
  treatment: "black",
  sound: "keep",
  viewers: "premium",
  holdSeconds: 1,
};

const VERSION = "1";
const HOST = "[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?";
const SERVICE = new RegExp(`^(?:https://${HOST}|http://(?:localhost|127\\.0\\.0\\.1))(?::[1-9]\\d{0,4})?$`);
const TREATMENT_CODES: Record<PictureTreatment, string> = { black: "b", mosaic: "m", picture: "p", text: "x" };
const SOUND_CODES: Record<SoundTreatment, string> = { keep: "k", mute: "m", voice: "v", tone: "t" };
const NO_AREA = "n";
const NUMBER = "(?:0|[1-9]\\d{0,3})";
const AREA = new RegExp(`^(${NUMBER})-(${NUMBER})-(${NUMBER})-(${NUMBER})$`);

/** Whether a service's address may stand in a mark. */
export const isMarkService = (address: string): boolean => SERVICE.test(address);

/**
 * The text of a mark, without a signature; see {@link signMark}.
 *
 * @throws RangeError a service, area, time or id that no mark can hold, or a rule that hides neither picture nor sound
 */
export function writeMark(mark: Pick<Mark, "service" | "rule" | "recordId">): string {
  if (!isMarkService(mark.service))
    throw new RangeError(`service: ${JSON.stringify(mark.service)}, https:// and a host in small letters expected`);
  const head = `${mark.service}/r#${VERSION}`;
  if (mark.rule === undefined) {
    if (mark.recordId === undefined || !/^[0-9a-f]{16}$/.test(mark.recordId))
      throw new RangeError(
        `recordId: ${JSON.stringify(mark.recordId)}, ${RECORD_ID_BYTES} bytes in hexadecimal expected`,
      );
    return `${head}i${toLetters(fromHex(mark.recordId))}`;
  }
  checkRule(mark.rule);
  return head + [mark.rule.restricted ? "r" : "f", ...ruleFields(mark.rule)].join(".");
}

/** @throws RangeError naming the field that no mark can hold */
export function checkRule(rule: MarkRule): void {
  if (rule.area !== undefined && !isArea(rule.area))
    throw new RangeError(`area: ${JSON.stringify(rule.area)}, whole thousandths inside the picture expected`);
  if (!isHold(rule.holdSeconds))
    throw new RangeError(`holdSeconds: ${rule.holdSeconds}, a whole number to ${HOLD_MAX_SECONDS} expected`);
  if (!isViewers(rule.viewers)) throw new RangeError(`viewers: ${JSON.stringify(rule.viewers)} names nobody`);
  if (rule.area === undefined && rule.sound === "keep")
    throw new RangeError("area, sound: one of them has to be hidden");
}

const isHold = (seconds: number): boolean => Number.isInteger(seconds) && seconds >= 0 && seconds <= HOLD_MAX_SECONDS;

function ruleFields(rule: MarkRule): string[] {
  const usual = fieldsOf(USUAL_RULE);
  return fieldsOf(rule).filter((field, i) => field !== usual[i]);
}

function fieldsOf({ area, treatment, sound, viewers, holdSeconds }: MarkRule): string[] {
  return [
    `a${areaCode(area)}`,
    `t${TREATMENT_CODES[treatment]}`,
    `s${SOUND_CODES[sound]}`,
    `v${viewersCode(viewers)}`,
    `h${holdSeconds}`,
  ];
}

function areaCode(area: Area | undefined): string {
  if (area === undefined) return NO_AREA;
  const preset = presetOf(area);
  return preset === undefined ? `${area.x}-${area.y}-${area.width}-${area.height}` : AREA_PRESETS[preset].code;
}

function viewersCode(viewers: Viewers): string {
  if (viewers === "premium") return "p";
  if (viewers === "signed-in") return "s";
  return viewers.startsWith("age:") ? `a${viewers.slice(4)}` : `g${viewers.slice(6)}`;
}

/** Reads what a code says. Anything but the exact form is no mark; nothing is asked of any service. */
export function readMark(text: string): MarkReading {
  const [, service = "", content] = /^(https?:\/\/[^/]+)\/r#(.*)$/s.exec(text) ?? [];
  if (content === undefined || !isMarkService(service)) return { kind: "other" };
  if (text.length > MARK_MAX_CHARACTERS)
    return unreadable(`${text.length} characters, up to ${MARK_MAX_CHARACTERS} expected`);
  const [, version, kind, rest = ""] = /^(\d{1,4})([a-z])(.*)$/s.exec(content) ?? [];
  if (version === undefined) return unreadable("no version");
  if (version !== VERSION) return unreadable(`version ${version}, ${VERSION} expected`);
  const [body = "", ...fields] = rest.split(".");
  const last = fields.at(-1) ?? "";
  const signature = last.startsWith("z") ? readSignature(last.slice(1), text.slice(0, -last.length - 1)) : undefined;
  if (last.startsWith("z")) {
    if (signature === undefined) return unreadable("its signature has a wrong form");
    fields.pop();
  }
  const common = { service, ...(signature === undefined ? {} : { signature }) };
  if (kind === "i") {
    const id = fromLetters(body, RECORD_ID_BYTES);
    if (id === undefined || fields.length > 0) return unreadable("its record's id has a wrong form");
    return { kind: "mark", mark: { ...common, recordId: toHex(id) } };
  }
  if ((kind !== "r" && kind !== "f") || body !== "")
    return unreadable(`${JSON.stringify(kind + body)}, r, f or i expected`);
  const rule = readRule(kind === "r", fields);
  return typeof rule === "string" ? unreadable(rule) : { kind: "mark", mark: { ...common, rule } };
}

const unreadable = (reason: string): MarkReading => ({ kind: "unreadable", reason });

const FIELD_ORDER = "atsvh";

/** A rule, or what is wrong with it. */
function readRule(restricted: boolean, fields: string[]): MarkRule | string {
  let place = 0;
  const rule: MarkRule = { ...USUAL_RULE, restricted };
  for (const field of fields) {
    const found = FIELD_ORDER.indexOf(field.slice(0, 1), place);
    if (field === "" || found < 0) return `field ${JSON.stringify(field)}, unknown or out of order`;
    place = found + 1;
    if (!readField(rule, field[0] as string, field.slice(1)))
      return `field ${JSON.stringify(field)} has an unknown value`;
  }
  return rule.area === undefined && rule.sound === "keep" ? "neither picture nor sound" : rule;
}

function readField(rule: MarkRule, name: string, value: string): boolean {
  switch (name) {
    case "a":
      return readArea(rule, value);
    case "t":
      return setByCode(TREATMENT_CODES, value, (treatment) => (rule.treatment = treatment));
    case "s":
      return setByCode(SOUND_CODES, value, (sound) => (rule.sound = sound));
    case "v": {
      const viewers = viewersOf(value);
      if (!isViewers(viewers)) return false;
      rule.viewers = viewers;
      return true;
    }
    default:
      rule.holdSeconds = /^(?:0|[1-9]\d{0,3})$/.test(value) ? Number(value) : Number.NaN;
      return isHold(rule.holdSeconds);
  }
}

function readArea(rule: MarkRule, value: string): boolean {
  if (value === NO_AREA) {
    delete rule.area;
    return true;
  }
  const preset = Object.values(AREA_PRESETS).find(({ code }) => code === value);
  const numbers = AREA.exec(value)?.slice(1).map(Number);
  const [x = 0, y = 0, width = 0, height = 0] = numbers ?? [];
  const area = preset?.area ?? { x, y, width, height };
  rule.area = area;
  return isArea(area);
}

function setByCode<Name extends string>(codes: Record<Name, string>, code: string, set: (name: Name) => void): boolean {
  const name = (Object.keys(codes) as Name[]).find((one) => codes[one] === code);
  if (name !== undefined) set(name);
  return name !== undefined;
}

function viewersOf(code: string): string {
  if (code === "p") return "premium";
  if (code === "s") return "signed-in";
  if (code.startsWith("a")) return `age:${code.slice(1)}`;
  return code.startsWith("g") ? `group:${code.slice(1)}` : "";
}

/** The hidden part that a rule asks for between two times; the hold time is the caller's. */
export function partOf(rule: MarkRule, startMicroseconds: number, endMicroseconds: number): RestrictedPart {
  const { area, treatment, sound, viewers } = rule;
  return { startMicroseconds, endMicroseconds, areas: area === undefined ? [] : [area], treatment, sound, viewers };
}

// ---- Signatures ----

/**
 * The text of a mark with a signature behind it, about 100 characters longer: too much for a small code in a corner.
 *
 * @throws RangeError as {@link writeMark}
 */
export async function signMark(mark: Pick<Mark, "service" | "rule" | "recordId">, key: SigningKey): Promise<string> {
  const text = writeMark(mark);
  const signature = await sign("cmix/mark", new TextEncoder().encode(text), key.privateKey);
  return `${text}.z${toLetters(concatBytes(fromHex(await keyIdOf(key.publicKey)), signature))}`;
}

/** Whether a mark is what the holder of a known key signed. A copy of a signed mark is as good as the mark itself. */
export async function verifyMark({ signature }: Pick<Mark, "signature">, keys: KeyLookup): Promise<SignatureState> {
  if (signature === undefined) return "none";
  const publicKey = await keys(signature.keyId);
  if (publicKey === undefined) return "unknown-key";
  const message = new TextEncoder().encode(signature.signedText);
  const isRight =
    (await keyIdOf(publicKey)) === signature.keyId &&
    (await isSignedBy("cmix/mark", message, signature.bytes, publicKey));
  return isRight ? "valid" : "wrong";
}

function readSignature(letters: string, signedText: string): MarkSignature | undefined {
  const bytes = fromLetters(letters, KEY_ID_BYTES + SIGNATURE_BYTES);
  if (bytes === undefined) return undefined;
  return { keyId: toHex(bytes.subarray(0, KEY_ID_BYTES)), bytes: bytes.subarray(KEY_ID_BYTES), signedText };
}

// ---- Bytes as letters (base64url, RFC 4648 5, without padding) ----

function toLetters(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Undefined for anything but the one form of so many bytes. */
function fromLetters(letters: string, length: number): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(letters) || letters.length !== Math.ceil((length * 4) / 3)) return undefined;
  const bytes = Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (byte) => byte.charCodeAt(0));
  return toLetters(bytes) === letters ? bytes : undefined;
}
