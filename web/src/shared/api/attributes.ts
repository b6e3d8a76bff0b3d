/** Certified attributes (server/API.md). */
import type {
  AttributeAnswer,
  AttributeRequestList,
  ClaimList,
  MadeCertifier,
  NewAttributeRequest,
  OwnAttributes,
} from "../../../../server/attributes/schemas.ts";
import { call } from "./call.ts";
import { change, changeAnswered } from "./session.ts";

export type { OwnAttributes };
export type AttributeName = NewAttributeRequest["name"];
export type AttributeRequest = AttributeRequestList["requests"][number];
export type Claim = ClaimList["claims"][number];

export const ATTRIBUTE_NAMES = ["age", "gender", "region", "membership"] as const satisfies AttributeName[];

// ---- The viewer's ----

export const loadAttributes = (): Promise<OwnAttributes> => call("GET /api/account/attributes");

export async function answerRequest(number: number, answer: AttributeAnswer): Promise<void> {
  await change("PATCH /api/account/attribute-requests/{number}", { path: { number: String(number) }, body: answer });
}

export async function removeAttribute(name: AttributeName): Promise<void> {
  await change("DELETE /api/account/attributes/{name}", { path: { name } });
}

// ---- Who asks: a provider, or an administrator for the service ----

export async function askForAttribute(request: NewAttributeRequest): Promise<void> {
  await change("POST /api/attribute-requests", { body: request });
}

export const listRequests = async (): Promise<AttributeRequest[]> =>
  (await call("GET /api/attribute-requests")).requests;

// ---- The certifying engine ----

export const listClaims = async (): Promise<Claim[]> => (await call("GET /api/admin/attribute-claims")).claims;

export async function certify({ accountId, name, value }: Claim, certified: boolean): Promise<void> {
  const path = { accountId, name };
  await change("PUT /api/admin/attribute-claims/{accountId}/{name}", { path, body: { value, certified } });
}

export const listCertifiers = async () => (await call("GET /api/admin/certifiers")).certifiers;

export const addCertifier = (name: string): Promise<MadeCertifier> =>
  changeAnswered("POST /api/admin/certifiers", { body: { name } });

export async function removeCertifier(certifierId: string): Promise<void> {
  await change("DELETE /api/admin/certifiers/{certifierId}", { path: { certifierId } });
}
