/** Is this really the main of that slave? Header, index and tags are held against the slave's hashes; payloads are sealed and stay unread. */
import { type ByteSource, checkPair, MainReader, PairingError, toHex } from "../../codec/index.ts";
import type { MainFacts, MainLimits } from "./inspections.ts";

/** @throws FormatError it is cut, or was changed after the division; PairingError it is another main, or of another division */
export async function inspectMain(
  source: ByteSource,
  _name: string,
  { mainId, slave }: MainLimits,
): Promise<MainFacts> {
  const main = await MainReader.open(source);
  const id = toHex(main.header.id);
  if (id !== mainId)
    throw new PairingError(`this is main ${id}, not ${mainId}: send it under its own id`, { mainId: id });
  checkPair(main, slave, slave.trailer);
  const { copyright, genre, ageLimit, poster } = main.header;
  return { copyright, genre, ageLimit, ...(poster && { poster }) };
}
