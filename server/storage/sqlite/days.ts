const DAY = 24 * 3600 * 1000;

/** Days since 1970, UTC. */
export const dayOf = (time: number): number => Math.floor(time / DAY);
