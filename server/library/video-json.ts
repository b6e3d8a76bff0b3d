import type { LibraryVideo, OwnVideo } from "./schemas.ts";
import type { ListedVideo } from "./store.ts";

export function videoToJson({ main, extras, ...video }: ListedVideo): LibraryVideo {
  const [mainUrl, videoUrl] = [`/api/mains/${video.mainId}`, `/api/videos/${video.mainId}`];
  const extraUrl = (kind: "poster" | "teaser") => {
    const extra = extras[kind];
    return extra === undefined ? null : `${videoUrl}/${kind}?v=${extra.sha256.slice(0, 16)}`;
  };
  return {
    mainId: video.mainId,
    slaveId: video.slaveId,
    title: video.title,
    copyright: video.copyright,
    genre: video.genre,
    description: video.description,
    ageLimit: video.ageLimit,
    durationSeconds: video.durationSeconds,
    slaveBytes: video.slaveBytes,
    createdAt: new Date(video.createdAt).toISOString(),
    mainUrl: main === undefined ? null : mainUrl,
    mainBytes: main?.bytes ?? null,
    mainSha256: main?.sha256 ?? null,
    mainPiecesSha256: main?.piecesSha256 ?? null,
    playsInBrowser: main?.playsInBrowser ?? false,
    posterUrl: extraUrl("poster") ?? (main?.hasPoster === true && main.url === null ? `${mainUrl}/poster` : null),
    teaserUrl: extraUrl("teaser"),
  };
}

export function ownVideoToJson(video: ListedVideo): OwnVideo {
  const { downloads, deliveries, state, withdrawnAt } = video;
  return {
    ...videoToJson(video),
    downloads,
    deliveries,
    state,
    withdrawnAt: withdrawnAt === null ? null : new Date(withdrawnAt).toISOString(),
  };
}
