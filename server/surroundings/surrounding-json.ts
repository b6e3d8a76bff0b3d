import { dateOf } from "../http/schemas.ts";
import type * as json from "./schemas.ts";
import type { Surrounding } from "./store.ts";

const imageUrl = ({ id, imageSha256 }: Pick<Surrounding, "id" | "imageSha256">): string | null =>
  imageSha256 === null ? null : `/api/surroundings/${id}/image?v=${imageSha256.slice(0, 16)}`;

export function shownToJson({ id, kind, title, text, link, imageSha256 }: Surrounding): json.ShownSurrounding {
  return { id, kind, title, text, link, imageUrl: imageUrl({ id, imageSha256 }) };
}

export function surroundingToJson(one: Surrounding): json.Surrounding {
  const { fromAt, untilAt, perViewerDay: _, ...conditions } = one.conditions;
  const { mainId, active, kinds, ageLimit } = one;
  return {
    ...shownToJson(one),
    mainId,
    active,
    kinds,
    ageLimit,
    conditions: { ...conditions, from: dateOf(fromAt), until: dateOf(untilAt) },
  };
}
