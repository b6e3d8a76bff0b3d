/**
 * Imported first by every entry: zod otherwise tries `new Function` to see whether it may compile its checks, which the page's CSP
 * refuses and reports as an error.
 */
import { config } from "zod";

config({ jitless: true });
