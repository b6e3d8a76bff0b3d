/** Counters and times for Prometheus, with those of the process itself. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

const COUNTERS = {
  cmix_http_requests_total: ["Requests answered, by method, route and status.", ["method", "route", "status"]],
  cmix_plays_total: ["Plays opened.", []],
  cmix_deliveries_total: ["Plays whose secret was released.", []],
  cmix_units_total: ["Slave units sent.", []],
  cmix_unit_bytes_total: ["Bytes of slave units sent.", []],
} as const satisfies Record<string, readonly [string, readonly string[]]>;

const GAUGES = {
  cmix_videos: "Videos whose slave is here.",
  cmix_cms: "CMs.",
  cmix_unfinished_uploads: "Uploads that were begun and are not finished.",
  cmix_waiting_reports: "Reports that wait to be sent.",
} as const;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export type GaugeValues = Record<keyof typeof GAUGES, number>;
export type CounterName = keyof typeof COUNTERS;

/** One server's own: several may run in one process. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly requestSeconds: Histogram;

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    for (const [name, [help, labelNames]] of Object.entries(COUNTERS))
      this.counters.set(name, new Counter({ name, help, labelNames, registers }));
    for (const [name, help] of Object.entries(GAUGES)) this.gauges.set(name, new Gauge({ name, help, registers }));
    this.requestSeconds = new Histogram({
      name: "cmix_http_request_seconds",
      help: "Time until an answer's head, by method and route.",
      labelNames: ["method", "route"],
      buckets: SECONDS,
      registers,
    });
  }

  add(name: CounterName, amount = 1, labels: Record<string, string> = {}): void {
    this.counters.get(name)?.inc(labels, amount);
  }

  /** A request that was answered. */
  request(method: string, route: string, status: number, seconds: number): void {
    this.add("cmix_http_requests_total", 1, { method, route, status: String(status) });
    this.requestSeconds.observe({ method, route }, seconds);
  }

  /** @param values of this moment */
  render(values: GaugeValues): Promise<string> {
    for (const [name, value] of Object.entries(values)) this.gauges.get(name)?.set(value);
    return this.registry.metrics();
  }
}
