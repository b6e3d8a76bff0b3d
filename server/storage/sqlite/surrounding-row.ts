/** Information, advertisement and guidance around videos. */
export interface SurroundingRow {
  id: string;
  /** Null: the service's. */
  owner_id: string | null;
  /** Null: any video. */
  main_id: string | null;
  kind: string;
  title: string;
  text: string;
  link: string;
  image: Uint8Array | null;
  image_type: string | null;
  image_sha256: string | null;
  active: number;
  kinds: string;
  age_limit: number;
  genres: string;
  genders: string;
  languages: string;
  age_min: number | null;
  age_max: number | null;
  from_at: number | null;
  until_at: number | null;
  created_at: number;
}
