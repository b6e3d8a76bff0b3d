const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

/** Days since 1970, UTC. */
export const dayOf = (time: number): number => Math.floor(time / DAY);

/** Hours since 1970. */
export const hourOf = (time: number): number => Math.floor(time / HOUR);
