/** The browser's storage and the service, for studio-division.ts. */
import { fetchVideo, isWithdrawn } from "../../shared/api/library.ts";
import { putExtra } from "../../shared/api/provider.ts";
import { uploadHeaders } from "../../shared/api/session.ts";
import { uploadMain, uploadSlave } from "../../shared/api/upload.ts";
import { DivideClient } from "./divide-client.ts";
import { identify, putRecord, removeRecord } from "./division-records.ts";
import { finishedFiles, holdDivision, releaseDivision, removeOutput, removeStaleFolders } from "./output-folders.ts";
import type { StudioParts } from "./studio-division.ts";

export const STUDIO_PARTS: Omit<StudioParts, "turn"> = {
  startDivider: () => new DivideClient(),
  records: { put: putRecord, remove: removeRecord },
  files: {
    hold: holdDivision,
    release: releaseDivision,
    finished: finishedFiles,
    remove: removeOutput,
    removeStale: removeStaleFolders,
  },
  identify,
  checkWithdrawn: async ({ mainId }) => {
    await fetchVideo(mainId).catch((error: Error) => {
      if (isWithdrawn(error)) throw error;
    });
  },
  sendSlave: async ({ slaveId, slave }, onProgress, signal) =>
    uploadSlave(slaveId, slave, await uploadHeaders(), onProgress, signal),
  publishMain: async ({ mainId, main, teaser }, onProgress, signal) => {
    await uploadMain(mainId, main, await uploadHeaders(), onProgress, signal);
    if (teaser !== undefined) await putExtra(mainId, "teaser", new Blob([teaser.data]));
  },
};
