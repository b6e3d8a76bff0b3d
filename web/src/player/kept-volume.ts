/** The volume as the viewer left it, in this browser. */
export interface Volume {
  volume: number;
  muted: boolean;
}

const KEY = "cmix-volume";

export function keptVolume(): Volume {
  try {
    const { volume, muted } = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Record<keyof Volume, unknown>>;
    if (typeof volume === "number" && volume >= 0 && volume <= 1) return { volume, muted: muted === true };
  } catch {
    // Storage is refused in some private windows.
  }
  return { volume: 1, muted: false };
}

export function keepVolume(volume: Volume): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(volume));
  } catch {
    // Kept for this page only.
  }
}
