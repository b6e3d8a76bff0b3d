import type { VideoStore } from "./store.ts";

/** Beyond this many, pages may read from any https server: a header has its limits. */
const NAMED_MOST = 50;

/** The servers from which the web player may read mains, for the pages' content security policy. */
export class MainOrigins {
  private readonly videos: Pick<VideoStore, "mainOrigins">;
  private origins: readonly string[] = [];

  constructor(videos: Pick<VideoStore, "mainOrigins">) {
    this.videos = videos;
  }

  get current(): readonly string[] {
    return this.origins;
  }

  async refresh(): Promise<void> {
    const origins = await this.videos.mainOrigins();
    this.origins = origins.length > NAMED_MOST ? ["https:"] : origins;
  }
}
