/** Numbers of ISO/IEC 11172-2 and 13818-2 that headers and slices hold. */

export const PICTURE_START: u32 = 0x100;
export const SLICE_FIRST: u32 = 0x101;
export const SLICE_LAST: u32 = 0x1af;
/** Largest slice_vertical_position, SLICE_LAST's; the smallest is 1. */
export const SLICE_POSITION_MAX: i32 = 175;
export const SEQUENCE_HEADER: u32 = 0x1b3;
/** Begins every extension; the sequence's is the first in MPEG-2, and MPEG-1 has none. */
export const EXTENSION_START: u32 = 0x1b5;
export const SEQUENCE_END: u32 = 0x1b7;
export const GROUP_START: u32 = 0x1b8;

/** picture_coding_type. */
export const TYPE_I: i32 = 1;
export const TYPE_P: i32 = 2;
export const TYPE_B: i32 = 3;
/** MPEG-1 only: DC alone. */
export const TYPE_D: i32 = 4;

/** picture_structure. */
export const TOP_FIELD: i32 = 1;
export const BOTTOM_FIELD: i32 = 2;
export const FRAME_PICTURE: i32 = 3;

/** chroma_format. */
export const CHROMA_420: i32 = 1;
export const CHROMA_422: i32 = 2;
export const CHROMA_444: i32 = 3;

/** frame_motion_type and field_motion_type; in field pictures 2 stands for 16x8. */
export const MOTION_FIELD: i32 = 1;
export const MOTION_FRAME: i32 = 2;
export const MOTION_DUAL: i32 = 3;

/** Largest width that a sequence header (12 bits) carries. */
export const WIDTH_MAX: i32 = 4095;
/**
 * Largest height that one slice a macroblock row carries; above it MPEG-2's slices hold three more bits of their row.
 */
export const HEIGHT_MAX: i32 = 2800;
