import { equalBytes, toHex } from "../bytes/bytes.ts";
import { FormatError, PairingError } from "../errors.ts";
import type { SlaveHeader, SlaveTrailer } from "../format/header.ts";
import type { MainReader } from "../format/main-file.ts";

/**
 * Verifies that main and slave name each other.
 *
 * @param trailer the slave's, where it is at hand: then the main's header and its list of tags are verified against it too
 * @throws {@link PairingError} they come from different divisions
 * @throws {@link FormatError} they belong together, but the main was changed
 */
export function checkPair(main: MainReader, slave: Pick<SlaveHeader, "id" | "mainId">, trailer?: SlaveTrailer): void {
  if (!equalBytes(main.header.slaveId, slave.id) || !equalBytes(main.header.id, slave.mainId)) {
    throw new PairingError(
      `main ${toHex(main.header.id)} wants slave ${toHex(main.header.slaveId)}, but this is slave ${toHex(slave.id)} of main ${toHex(slave.mainId)}: choose the slave named ${main.header.slaveName}`,
      { mainId: toHex(main.header.id), slaveId: toHex(slave.id) },
    );
  }
  if (trailer === undefined) return;
  // The main's trailer is no secret's work: its hash may have been kept while segments were taken out.
  const segments = trailer.index.length / 4;
  checkUnchanged(
    equalBytes(trailer.mainHeaderHash, main.headerHash),
    main.trailer === undefined ||
      (main.index.length === segments && equalBytes(trailer.mainTagsHash, main.trailer.tagsHash)),
  );
}

/**
 * Refuses a main that is not as its slave tells.
 *
 * @throws {@link FormatError} it was changed after the division
 */
export function checkUnchanged(isHeaderSame: boolean, areSegmentsSame: boolean): void {
  if (!isHeaderSame)
    throw new FormatError("main file's header was changed after the division; fetch the main file again", {
      offsetBytes: 0,
    });
  if (!areSegmentsSame)
    throw new FormatError("main file's segments are not those of the division; fetch the main file again");
}
