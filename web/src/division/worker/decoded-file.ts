import { type SourceMedia, trimMedia } from "../../../../codec/index.ts";
import { type TrimSeconds, trimmedShare } from "../protocol/divide-api.ts";
import { MpegReader } from "./mpeg-reader.ts";
import { SourceReader } from "./source-reader.ts";
import { trimOf } from "./trimmed-file.ts";

/** What is decoded for a method that codes anew, and how long it is: what is done of it is told by time. */
export class DecodedFile {
  durationSeconds = 0;

  constructor(
    private readonly file: Blob,
    private readonly trim: TrimSeconds | undefined,
    private readonly signal: AbortSignal,
  ) {}

  readonly open = async (): Promise<SourceMedia> => {
    const media = await this.openWhole();
    if (this.trim === undefined) return media;
    this.durationSeconds *= trimmedShare(this.trim, this.durationSeconds);
    return trimMedia(media, trimOf(this.trim));
  };

  private async openWhole(): Promise<SourceMedia> {
    const mpeg = await MpegReader.open(this.file);
    if (mpeg !== undefined) {
      this.durationSeconds = await mpeg.durationSeconds();
      return mpeg.media({ signal: this.signal });
    }
    const reader = await SourceReader.open(this.file);
    try {
      this.durationSeconds = reader.facts.durationSeconds;
      return await reader.media();
    } catch (error) {
      reader.close();
      throw error;
    }
  }
}
