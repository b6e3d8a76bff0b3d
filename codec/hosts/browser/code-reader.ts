import { KernelError } from "../../errors.ts";
import { type CodeReader, createCodeReader } from "../../restriction/code-reader.ts";

const READER = new URL("../../../dist/wasm/zxing_reader.wasm", import.meta.url);

/**
 * Fetches and starts the reader of codes, which few videos need.
 *
 * @throws {@link KernelError} it is not there
 */
export async function fetchCodeReader(): Promise<CodeReader> {
  const response = await fetch(READER);
  if (!response.ok)
    throw new KernelError(`the reader of marks could not be fetched (status ${response.status}): load the page again`, {
      status: response.status,
    });
  return createCodeReader(await response.arrayBuffer());
}
