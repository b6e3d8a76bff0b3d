/** How numbers are shown; all pure, no DOM. */

/** `0:07`, `12:34`, `1:02:03`; what is not a number of seconds counts as 0. */
export function formatTime(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const [minutes = 0, rest = 0] = parts;
  const padded = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${padded}` : `${minutes}:${padded}`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Decimal units, three significant digits: `950 B`, `1.13 MB`. */
export function formatBytes(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** One decimal below 10 %, none above: `1.4 %`, `87 %`. */
export function formatShare(part: number, whole: number): string {
  const percent = whole > 0 ? (part / whole) * 100 : 0;
  return `${percent.toFixed(percent < 9.95 ? 1 : 0)} %`;
}

/** The name of a file without its last extension: `holiday.final.mp4` gives `holiday.final`. */
export function withoutExtension(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

/** A title as a file name that every system takes. */
export function fileNameFor(title: string, extension: string): string {
  const stem = title
    .replace(/[\p{Cc}\\/:*?"<>|]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^\.+|\.+$/g, "")
    .slice(0, 100);
  return `${stem === "" ? "video" : stem}.${extension}`;
}

/** @param iso as the service tells a time @returns the day in the viewer's time zone */
export function formatDate(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso));
}
