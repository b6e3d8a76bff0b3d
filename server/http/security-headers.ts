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
].join("; ");

const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
};

/** What other sites may have: the player's page, if they are allowed to, and the script that puts it into theirs. */
export const EMBED_PAGE = "/embed";
const EMBED_SCRIPT = "/embed.js";

/**
 * Of what no other site's page may show.
 *
 * @param origins servers besides this one that mains are read from
 */
export function securityHeadersOf(origins: readonly string[]): Record<string, string> {
  return { ...HEADERS, "Content-Security-Policy": policy(origins, "'none'") };
}

function policy(origins: readonly string[], ancestors: string): string {
  const connect = ["connect-src 'self' blob:", ...origins].join(" ");
  return [CONTENT_SECURITY_POLICY, connect, `frame-ancestors ${ancestors}`].join("; ");
}

/** @param embedSites whose pages may show {@link EMBED_PAGE} */
export function securityHeaders(
  origins: { current: readonly string[] },
  embedSites: readonly string[],
): MiddlewareHandler {
  return async (c, next) => {
    for (const [name, value] of Object.entries(securityHeadersOf(origins.current))) c.header(name, value);
    const { path } = c.req;
    if (path === EMBED_PAGE || path === EMBED_SCRIPT) c.header("Cross-Origin-Resource-Policy", "cross-origin");
    if (path === EMBED_PAGE && embedSites.length > 0) {
      c.header("X-Frame-Options", undefined); // knows no list of sites
      c.header("Content-Security-Policy", policy(origins.current, ["'self'", ...embedSites].join(" ")));
    }
    await next();
  };
}
