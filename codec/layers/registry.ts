/** The kinds of layers; a new one is a file beside this and a line here. */
import { concatBytes } from "../bytes/bytes.ts";
import { FormatError } from "../errors.ts";
import type { MainHeader } from "../format/header.ts";
import { createProtection } from "../protect/create-protection.ts";
import type { Protection } from "../protect/protection.ts";
import { base } from "./base.ts";
import type { LayerKind } from "./layer.ts";
import { restricted } from "./restricted.ts";

/** The layers by their numbers. */
export const LAYERS: readonly LayerKind[] = [base, restricted];

const kindOf = (layer: number): LayerKind | undefined => LAYERS.find(({ id }) => id === layer);

/** What opens, or goes on writing, the layers of one division. A layer's secret may come later than another's. */
export class LayerProtections {
  private readonly known = new Map<number, Protection>();

  /** @param headerHash SHA-256 of the main's preamble and header */
  constructor(
    private readonly main: MainHeader,
    private readonly headerHash: Uint8Array,
  ) {}

  /** Undefined where the layer's secret has not come, or this version does not know the layer. */
  get(layer: number): Protection | undefined {
    return this.known.get(layer);
  }

  /** Whether the main has the layer and this version knows it. */
  canKnow(layer: number): boolean {
    return this.main.layers.some(({ id }) => id === layer) && kindOf(layer) !== undefined;
  }

  /** @throws {@link FormatError} the layer is sealed, and there is no secret */
  async add(layer: number, secret: Uint8Array | undefined): Promise<Protection> {
    const context = { mainId: this.main.id, headerHash: this.headerHash };
    const protection = await createProtection(this.main.protection, context, secret);
    this.known.set(layer, protection);
    return protection;
  }
}

/** A withheld part as the slave carries it: with the layer's random tail. */
export function withTail(layer: number, withheld: Uint8Array): Uint8Array {
  const tailBytes = kindOf(layer)?.tailBytes ?? 0;
  return tailBytes === 0 ? withheld : concatBytes(withheld, crypto.getRandomValues(new Uint8Array(tailBytes)));
}

/**
 * A withheld part without the layer's random tail.
 *
 * @throws {@link FormatError} it is shorter than that
 */
export function withoutTail(layer: number, payload: Uint8Array, segment: number): Uint8Array {
  const tailBytes = kindOf(layer)?.tailBytes ?? 0;
  if (payload.length < tailBytes)
    throw new FormatError(
      `slave segment ${segment} of layer ${layer} has ${payload.length} bytes, at least ${tailBytes} are expected: the slave is damaged; fetch it again`,
      { segment, layer },
    );
  return payload.subarray(0, payload.length - tailBytes);
}

/** Whether a segment that is sealed again gets another key, whatever stands in it. */
export const hasFreshKeys = (layer: number): boolean => (kindOf(layer)?.tailBytes ?? 0) > 0;
