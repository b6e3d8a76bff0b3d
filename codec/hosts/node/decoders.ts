/** Decoders and encoders of others: NodeAV, which the operator installs where they are wanted. */

/** What has to be installed beside the package. */
export const DECODERS = "@mediabunny/server";

/** Whether decoders and encoders of others are installed; mediabunny knows them from then on. */
export async function hasDecoders(): Promise<boolean> {
  try {
    const { registerMediabunnyServer } = await import("@mediabunny/server");
    // What is looked for there says much on stderr where there is none.
    registerMediabunnyServer({ hardwareContext: null });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw error;
    return false;
  }
}
