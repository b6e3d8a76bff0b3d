/** How method compress divides: numbers that encoder and decoder are opened with. */

/** Division modes. */
export const DIVISION_NONE: i32 = 0;
export const DIVISION_GRAY: i32 = 1;
export const DIVISION_BINARY: i32 = 2;

/**
 * Codes of the withheld part: READ and the table codes of DC differences only, or context coding where that is shorter;
 * the first withheld byte of a picture then says which.
 */
export const PLANE_READ: i32 = 0;
export const PLANE_ADAPTIVE: i32 = 1;
