import { fileURLToPath } from "node:url";
import { WASM_PATH } from "../codec/hosts/node/index.ts";
import { type Command, integer, parse } from "./options.ts";

const DEFAULT_PORT = 8484;
const DEFAULT_ACCESS_LOG_DAYS = 180;
const DEFAULT_GUEST_PLAYS = 20;
const DEFAULT_PLAYS_PER_HOUR = 600;
const DEFAULT_BILLED_GUEST_PLAYS = 60;
const DEFAULT_CONNECTIONS = 500;

export const serve: Command = {
  usage:
    "cmix serve [--port N] [--host ADDRESS] [--data DIR] [--tls-cert FILE --tls-key FILE] [--trust-proxy ADDRESSES] [--connections N] [--embed-sites SITES] [--contact ADDRESS] [--open-registration] [--access-log-days N] [--guest-plays N] [--plays-per-hour N] [--billed-guest-plays N] [--administrator-link] [--drain-seconds N]",

  async run(args, signal) {
    const { values } = parse(args, 0, {
      port: "string",
      host: "string",
      data: "string",
      "tls-cert": "string",
      "tls-key": "string",
      "trust-proxy": "string",
      connections: "string",
      "embed-sites": "string",
      contact: "string",
      "open-registration": "boolean",
      "access-log-days": "string",
      "guest-plays": "string",
      "plays-per-hour": "string",
      "billed-guest-plays": "string",
      "administrator-link": "boolean",
      "drain-seconds": "string",
    });
    const text = (name: string) => (typeof values[name] === "string" ? values[name] : undefined);
    // Loaded here only: the other commands start without the server.
    const { startServer } = await import("../server/main.ts");
    const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
    const server = await startServer({
      port: integer(values, "port", 0, 65535) ?? DEFAULT_PORT,
      host: text("host") ?? "127.0.0.1",
      dataDir: text("data") ?? "data",
      tlsCert: text("tls-cert"),
      tlsKey: text("tls-key"),
      trustProxy: text("trust-proxy")?.split(",") ?? [],
      connectionsPerAddress: integer(values, "connections", 1, 1e6) ?? DEFAULT_CONNECTIONS,
      embedSites: text("embed-sites")?.split(",") ?? [],
      contact: text("contact"),
      openRegistration: values["open-registration"] === true,
      administratorLink: values["administrator-link"] === true,
      accessLogDays: integer(values, "access-log-days", 1, 36500) ?? DEFAULT_ACCESS_LOG_DAYS,
      guestPlaysPerDay: integer(values, "guest-plays", 0, 1e6) ?? DEFAULT_GUEST_PLAYS,
      limits: {
        playsPerHour: integer(values, "plays-per-hour", 1, 1e9) ?? DEFAULT_PLAYS_PER_HOUR,
        billedGuestDeliveriesPerHour: integer(values, "billed-guest-plays", 0, 1e9) ?? DEFAULT_BILLED_GUEST_PLAYS,
      },
      drainSeconds: integer(values, "drain-seconds", 0, 3600) ?? 0,
      smtpUrl: process.env.CMIX_SMTP_URL, // holds a password: no option, which others on the machine could read
      metricsToken: process.env.CMIX_METRICS_TOKEN,
      mailFrom: process.env.CMIX_MAIL_FROM,
      publicUrl: process.env.CMIX_PUBLIC_URL,
      webDir: fromRoot("dist/web"),
      wasmPath: WASM_PATH,
      samplesDir: fromRoot("samples"),
    });
    const link = server.firstAdministratorUrl;
    const linkLine = link === undefined ? "" : `Make an administrator's account: ${link}\n`;
    // A signal may have come while it started.
    if (!signal.aborted) {
      process.stdout.write(`Cmix is ready: ${server.url}\n${linkLine}`);
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    }
    await server.close();
  },
};
