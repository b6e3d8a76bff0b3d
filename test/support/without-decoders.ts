/** Arguments for Node under which no decoders of others are installed. */
const HOOK = `export async function resolve(name, context, next) {
  if (name === "@mediabunny/server") throw Object.assign(new Error("not there"), { code: "ERR_MODULE_NOT_FOUND" });
  return next(name, context);
}`;
const asModule = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;

export const WITHOUT_DECODERS: readonly string[] = [
  "--import",
  asModule(`import { register } from "node:module"; register(${JSON.stringify(asModule(HOOK))});`),
];
