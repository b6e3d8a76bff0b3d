import type { MiddlewareHandler } from "hono";

/**
 * Everything from this origin only, mains on their providers' servers apart. wasm needs 'wasm-unsafe-eval'; the player makes blob: addresses for media, posters and workers,
 * and shows frames and thumbnails from data in memory.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** @param origins servers besides this one that mains are read from */
export function securityHeadersOf(origins: readonly string[]): Record<string, string> {
  const connect = ["connect-src 'self' blob:", ...origins].join(" ");
  return { ...HEADERS, "Content-Security-Policy": `${CONTENT_SECURITY_POLICY}; ${connect}` };
}

export function securityHeaders(origins: { current: readonly string[] }): MiddlewareHandler {
  return async (c, next) => {
    for (const [name, value] of Object.entries(securityHeadersOf(origins.current))) c.header(name, value);
    await next();
  };
}
