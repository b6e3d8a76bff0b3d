import type { SurroundingCandidate } from "./choose-surroundings.ts";

/** An entry that stands around videos. Its image is fetched apart. */
export interface Surrounding extends SurroundingCandidate {
  /** The provider whose it is; null: the service's. */
  ownerId: string | null;
  title: string;
  text: string;
  /** Empty, or an https address. */
  link: string;
  imageType: string | null;
  imageSha256: string | null;
}

export interface SurroundingImage {
  bytes: Uint8Array;
  type: string;
  sha256: string;
}

/** What its owner may change. */
export type SurroundingFields = Omit<Surrounding, "id" | "ownerId" | "createdAt" | "imageType" | "imageSha256">;

export interface SurroundingStore {
  /** The newest first. @param ownerId of one provider */
  list(ownerId?: string): Promise<Surrounding[]>;
  byId(id: string): Promise<Surrounding | undefined>;
  insert(one: Pick<Surrounding, "id" | "ownerId" | "createdAt"> & SurroundingFields): Promise<void>;
  change(id: string, fields: SurroundingFields): Promise<void>;
  remove(id: string): Promise<void>;
  image(id: string): Promise<SurroundingImage | undefined>;
  /** @param image undefined takes it away */
  putImage(id: string, image: SurroundingImage | undefined): Promise<void>;
}
