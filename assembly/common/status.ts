/** What a kernel answers. Kernels throw nothing; negative values are errors. */
export const OK: i32 = 0;
/** The input ended before the syntax did. */
export const ERROR_TRUNCATED: i32 = -1;
/** A code that no table holds, or a value out of the syntax's range. */
export const ERROR_SYNTAX: i32 = -2;
/** The output buffer is too small. */
export const ERROR_SPACE: i32 = -3;
/** An argument is out of its range. */
export const ERROR_ARGUMENT: i32 = -4;
/** Valid syntax that this build does not decode. */
export const ERROR_UNSUPPORTED: i32 = -5;
