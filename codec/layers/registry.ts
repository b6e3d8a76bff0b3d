/** The kinds of layers; a new one is a file beside this and a line here. */
import type { MainHeader, SlaveHeader } from "../format/header.ts";
import { createProtection } from "../protect/create-protection.ts";
import type { Protection } from "../protect/protection.ts";
import { base } from "./base.ts";
import type { LayerKind } from "./layer.ts";

export const LAYERS: readonly LayerKind[] = [base];

/** Protections by the number of their layer. */
export type LayerProtections = ReadonlyMap<number, Protection>;

/**
 * What opens, or goes on writing, the layers of a division; those that this version does not know are left out.
 *
 * @param headerHash SHA-256 of the main's preamble and header
 * @throws {@link FormatError} a sealed layer's secret is missing
 */
export async function layerProtections(
  main: MainHeader,
  headerHash: Uint8Array,
  slave: SlaveHeader,
): Promise<LayerProtections> {
  const protections = new Map<number, Protection>();
  for (const { id } of main.layers) {
    const kind = LAYERS.find((candidate) => candidate.id === id);
    if (kind === undefined) continue;
    const context = { mainId: main.id, headerHash };
    protections.set(id, await createProtection(main.protection, context, kind.secretOf(slave)));
  }
  return protections;
}
