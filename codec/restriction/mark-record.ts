/**
 * What a service holds for a mark that carries an id only: the rights holder's signed word. A signature of 64 bytes (Ed25519), and
 * behind it, signed, the record as canonical CBOR (RFC 8949 4.2.3, keys by length): version, id, service, key, holder, validUntil and
 * the rule's fields.
 */
import { decode, encode } from "cborg";
import { z } from "zod";
import { concatBytes, equalBytes, fromHex, toHex } from "../bytes/bytes.ts";
import { FormatError } from "../errors.ts";
import { isArea } from "./areas.ts";
import { checkRule, HOLD_MAX_SECONDS, isMarkService, type MarkRule, RECORD_ID_BYTES } from "./mark.ts";
import { PICTURE_TREATMENTS, SOUND_TREATMENTS, type Viewers } from "./part.ts";
import { isSignedBy, PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type SigningKey, sign } from "./signing.ts";
import { isViewers } from "./viewers.ts";

/** Of a signed record; one has about 300. */
export const RECORD_MAX_BYTES = 1024;
/** UTF-16 units of a rights holder's name in a record. */
export const HOLDER_MAX_CHARACTERS = 200;
const VERSION = 1;

/** Who asks for what, and how long it holds. */
export interface MarkRecord {
  /** 8 bytes in hexadecimal, chosen at random. */
  id: string;
  /** The service that it was made for, as in the mark. */
  service: string;
  /** The rights holder's public key, 32 bytes. */
  publicKey: Uint8Array;
  /** The rights holder's name. */
  holder: string;
  /** Seconds since 1970. */
  validUntilSeconds: number;
  rule: MarkRule;
}

const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, `${length} bytes expected`);
const thousandths = z.int().min(0).max(1000);

const fields = z.strictObject({
  version: z.literal(VERSION),
  id: bytes(RECORD_ID_BYTES),
  service: z.string().refine(isMarkService, "no service's address"),
  key: bytes(PUBLIC_KEY_BYTES),
  holder: z.string().min(1).max(HOLDER_MAX_CHARACTERS),
  validUntil: z.int().min(0),
  restricted: z.boolean(),
  area: z
    .tuple([thousandths, thousandths, thousandths, thousandths])
    .transform(([x, y, width, height]) => ({ x, y, width, height }))
    .refine(isArea, "not inside the picture")
    .optional(),
  treatment: z.enum(PICTURE_TREATMENTS),
  sound: z.enum(SOUND_TREATMENTS),
  viewers: z.string().refine(isViewers, "nobody") as unknown as z.ZodType<Viewers>,
  hold: z.int().min(0).max(HOLD_MAX_SECONDS),
});

/**
 * A record's bytes, signed.
 *
 * @param record without its key, which is the signing one
 * @throws RangeError a field that no record can hold
 */
export async function signMarkRecord(record: Omit<MarkRecord, "publicKey">, key: SigningKey): Promise<Uint8Array> {
  const { rule } = record;
  checkRule(rule);
  if (!/^[0-9a-f]{16}$/.test(record.id))
    throw new RangeError(`id: ${JSON.stringify(record.id)}, 8 bytes in hexadecimal expected`);
  const value = {
    version: VERSION,
    id: fromHex(record.id),
    service: record.service,
    key: key.publicKey,
    holder: record.holder,
    validUntil: record.validUntilSeconds,
    restricted: rule.restricted,
    ...(rule.area === undefined ? {} : { area: [rule.area.x, rule.area.y, rule.area.width, rule.area.height] }),
    treatment: rule.treatment,
    sound: rule.sound,
    viewers: rule.viewers,
    hold: rule.holdSeconds,
  };
  const checked = fields.safeParse(value);
  if (!checked.success) throw new RangeError(issueOf(checked.error));
  const cbor = encode(value);
  return concatBytes(await sign("cmix/mark-record", cbor, key.privateKey), cbor);
}

/**
 * Reads a record and checks its signature by the key that it names; whether that key is a rights holder's and still good, and whether
 * the record holds still, is the caller's question.
 *
 * @throws {@link FormatError} too long, not canonical, a field that is missing, unknown or out of its range, a wrong signature
 */
export async function readMarkRecord(signed: Uint8Array): Promise<MarkRecord> {
  if (signed.length > RECORD_MAX_BYTES)
    throw new FormatError(`a mark's record has ${signed.length} bytes, up to ${RECORD_MAX_BYTES} expected`);
  const cbor = signed.subarray(SIGNATURE_BYTES);
  const value = decodeRecord(cbor);
  if (!(await isSignedBy("cmix/mark-record", cbor, signed.subarray(0, SIGNATURE_BYTES), value.key)))
    throw new FormatError("a mark's record is not signed by the key that it names");
  const { area, restricted, treatment, sound, viewers } = value;
  return {
    id: toHex(value.id),
    service: value.service,
    publicKey: value.key,
    holder: value.holder,
    validUntilSeconds: value.validUntil,
    rule: {
      ...{ restricted, treatment, sound, viewers, holdSeconds: value.hold },
      ...(area === undefined ? {} : { area }),
    },
  };
}

function decodeRecord(cbor: Uint8Array): z.infer<typeof fields> {
  let value: unknown;
  try {
    value = decode(cbor, { rejectDuplicateMapKeys: true, strict: true });
  } catch (cause) {
    throw new FormatError(`a mark's record is no CBOR: ${(cause as Error).message}`);
  }
  const result = fields.safeParse(value);
  if (!result.success) throw new FormatError(`a mark's record: ${issueOf(result.error)}`);
  if (!equalBytes(encode(value), cbor)) throw new FormatError("a mark's record is not in canonical form");
  if (result.data.area === undefined && result.data.sound === "keep")
    throw new FormatError("a mark's record hides neither picture nor sound");
  return result.data;
}

function issueOf({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`;
}
