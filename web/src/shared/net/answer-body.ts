/** An answer's bytes; a connection that breaks while they come is told like one that breaks before. */

import { concatBytes, DeliveryError } from "../../../../codec/page.ts";

/**
 * @param heard told of each chunk
 * @throws {@link DeliveryError} status 0: the connection broke
 */
export async function* chunksOf(
  response: Response,
  heard: () => void = () => {},
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: Error) => {
        if (cause.name === "AbortError") throw cause;
        throw new DeliveryError(`the connection to the service broke (${cause.message}): check it and try again`, {
          status: 0,
          retryable: true,
        });
      });
      if (done) return;
      heard();
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** All of them. @throws as {@link chunksOf} */
export async function bytesOf(response: Response, heard?: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(response, heard)) chunks.push(chunk);
  return concatBytes(...chunks);
}
