/** Counters in the text format of Prometheus. */
export class Metrics {
  private readonly counters = new Map<string, { help: string; values: Map<string, number> }>();

  /** Registers a counter, so that it is listed from the start. */
  declare(name: string, help: string): void {
    this.counters.set(name, { help, values: new Map() });
  }

  /** @param labels must come in the same order each time */
  add(name: string, amount = 1, labels: Record<string, string> = {}): void {
    const counter = this.counters.get(name);
    if (counter === undefined) throw new RangeError(`counter "${name}" was not declared`);
    const key = Object.entries(labels)
      .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
      .join(",");
    counter.values.set(key, (counter.values.get(key) ?? 0) + amount);
  }

  /** @param gauges values of this moment, by name */
  render(gauges: Record<string, { help: string; value: number }>): string {
    const lines: string[] = [];
    for (const [name, { help, values }] of this.counters) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`);
      if (values.size === 0) lines.push(`${name} 0`);
      for (const [labels, value] of values)
        lines.push(labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`);
    }
    for (const [name, { help, value }] of Object.entries(gauges)) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${value}`);
    }
    return `${lines.join("\n")}\n`;
  }
}

export function createMetrics(): Metrics {
  const metrics = new Metrics();
  metrics.declare("cmix_http_requests_total", "Requests answered, by method, route and status.");
  metrics.declare("cmix_plays_total", "Plays opened.");
  metrics.declare("cmix_deliveries_total", "Plays whose secret was released.");
  metrics.declare("cmix_units_total", "Slave units sent.");
  metrics.declare("cmix_unit_bytes_total", "Bytes of slave units sent.");
  return metrics;
}
