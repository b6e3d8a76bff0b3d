/**
 * Imported first by every worker that reads headers: zod otherwise tries `new Function` to see whether it may compile its checks, which
 * the service's CSP refuses and reports as an error.
 */
import { config } from "zod";

config({ jitless: true });
