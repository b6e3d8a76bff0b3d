/** A main may have been changed on its way: what it says of itself is held against its slave before anything of it is shown. */
import { checkUnchanged } from "../../../../codec/page.ts";
import { askMainHashes, type PlayVideo } from "../../shared/api/plays.ts";
import type { MainFacts } from "../protocol/play-api.ts";

/** Longer than this nobody waits for an answer; the play asks again. */
const PATIENCE_MILLISECONDS = 4000;

/**
 * Asks the service what it knows of a main.
 *
 * @returns false where it has no slave of it, or is not there
 * @throws FormatError the main was changed after the division
 */
export async function verifyMain(facts: MainFacts, signal: AbortSignal): Promise<boolean> {
  if (!navigator.onLine) return false;
  const either = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLISECONDS)]);
  const hashes = await askMainHashes(facts.mainId, either).catch(() => null);
  if (hashes === null) return false;
  mustBeUnchanged(facts, hashes);
  return true;
}

/** @throws FormatError the main was changed after the division */
export function mustBeUnchanged(
  { headerHash, tagsHash }: MainFacts,
  { mainHeaderHash, mainTagsHash }: Pick<PlayVideo, "mainHeaderHash" | "mainTagsHash">,
): void {
  checkUnchanged(headerHash === mainHeaderHash, tagsHash === undefined || tagsHash === mainTagsHash);
}
