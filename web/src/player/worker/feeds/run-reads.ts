/** Reads that runs share: a segment that is on its way when the viewer seeks is as good for the run behind the seek. */

/**
 * Does `read`, and once more where it ended with an earlier run that had asked for the same, rather than with this one.
 *
 * @param isOver whether the run that wants it now is over
 * @throws whatever `read` throws
 */
export async function readForRun<T>(read: () => Promise<T>, isOver: () => boolean): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isOver() || (error as Error).name !== "AbortError") throw error;
    return read();
  }
}
