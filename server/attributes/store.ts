/** Attributes of viewers that the service keeps because they agreed (Cmix patent, claim 10). Times are milliseconds since 1970. */
import type { AttributeName } from "./names.ts";

export interface Attribute {
  accountId: string;
  name: AttributeName;
  /** Of an age: years in digits, on the day that it was certified. */
  value: string;
  toldAt: number;
  /** Null while it waits for the certifying engine. */
  certified: { at: number; by: string } | null;
}

export interface NewAttributeRequest {
  /** Null: the service itself, for its CMs and age limits. */
  askerId: string | null;
  accountId: string;
  name: AttributeName;
  /** What it is wanted for, in the asker's words. */
  purpose: string;
  at: number;
}

export interface AttributeRequest extends NewAttributeRequest {
  number: number;
  /** The asker's company; empty for the service. */
  asker: string;
  /** Null while it is open. */
  isAgreed: boolean | null;
}

/** A certified attribute of a viewer who agreed that the asker has it; undefined otherwise. */
export type AnsweredRequest = AttributeRequest & { value: string | undefined };

/** A program that certifies, by a token. */
export interface Certifier {
  id: string;
  name: string;
  createdAt: number;
}

/** What the certifying engine decides of one told value. */
export interface Certification {
  accountId: string;
  name: AttributeName;
  /** As it was looked at: another one that was told meanwhile is not meant. */
  value: string;
  isCertified: boolean;
  by: string;
  at: number;
}

/** Lists come newest first. */
export interface AttributeStore {
  /** @returns false where the asker asked the viewer for it before */
  ask(request: NewAttributeRequest): Promise<boolean>;
  requestsTo(accountId: string): Promise<AttributeRequest[]>;
  /** At most 100. @param before the last number of the part before */
  requestsBy(askerId: string | null, before?: number): Promise<AnsweredRequest[]>;
  /**
   * The viewer's answer; a later one takes the place of an earlier one.
   *
   * @param told a value that is to be certified; left out where one is there already
   * @returns "missing": there is no such request to this account; "value": it agrees to nothing, since no value is there
   */
  answer(
    number: number,
    accountId: string,
    answer: { isAgreed: boolean; told: string | undefined; at: number },
  ): Promise<AttributeName | "missing" | "value">;
  of(accountId: string): Promise<Attribute[]>;
  /** Told and not certified yet, those that wait longest first; at most 100. */
  waiting(): Promise<Attribute[]>;
  /** One that is not certified is removed. @returns false where this value does not wait (any more) */
  certify(certification: Certification): Promise<boolean>;
  /** The owner takes it back, and with it every agreement to it. @returns false where there is none */
  remove(accountId: string, name: AttributeName): Promise<boolean>;
  /** Certified ones that the owner lets one of these askers have. */
  agreed(accountId: string, askers: readonly (string | null)[]): Promise<Attribute[]>;
  addCertifier(certifier: Certifier, tokenHash: string): Promise<void>;
  certifiers(): Promise<Certifier[]>;
  certifierByToken(tokenHash: string): Promise<Certifier | undefined>;
  /** @returns false where there is none */
  removeCertifier(id: string): Promise<boolean>;
}
