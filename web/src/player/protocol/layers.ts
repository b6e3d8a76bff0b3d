/** The layer that everyone sees (FORMAT.md 2: layer 0 is named `base`); the player plays no other. */
export const BASE_LAYER = 0;
