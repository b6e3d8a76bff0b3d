import type { Migration } from "kysely";
import { firstLight } from "./0001-first-light.ts";
import { ledger } from "./0002-ledger.ts";
import { accounts } from "./0003-accounts.ts";
import { plays } from "./0004-plays.ts";
import { library } from "./0005-library.ts";
import { remoteCms } from "./0006-remote-cms.ts";
import { surroundings } from "./0007-surroundings.ts";
import { mainPieces } from "./0008-main-pieces.ts";
import { playMedia } from "./0009-play-media.ts";
import { counts } from "./0010-counts.ts";
import { reportSums } from "./0011-report-sums.ts";
import { videoStates } from "./0012-video-states.ts";
import { conditionLog } from "./0013-condition-log.ts";
import { sessionNetworks } from "./0014-session-networks.ts";
import { complaints } from "./0015-complaints.ts";
import { attributes } from "./0016-attributes.ts";
import { memberships } from "./0017-memberships.ts";
import { groups } from "./0018-groups.ts";
import { rights } from "./0019-rights.ts";
import { reservations } from "./0020-reservations.ts";
import { jobs } from "./0021-jobs.ts";

/** In the order of their names. A migration that was released is never changed. */
export const MIGRATIONS: Record<string, Migration> = {
  "0001-first-light": firstLight,
  "0002-ledger": ledger,
  "0003-accounts": accounts,
  "0004-plays": plays,
  "0005-library": library,
  "0006-remote-cms": remoteCms,
  "0007-surroundings": surroundings,
  "0008-main-pieces": mainPieces,
  "0009-play-media": playMedia,
  "0010-counts": counts,
  "0011-report-sums": reportSums,
  "0012-video-states": videoStates,
  "0013-condition-log": conditionLog,
  "0014-session-networks": sessionNetworks,
  "0015-complaints": complaints,
  "0016-attributes": attributes,
  "0017-memberships": memberships,
  "0018-groups": groups,
  "0019-rights": rights,
  "0020-reservations": reservations,
  "0021-jobs": jobs,
};
