/** Ages that viewers told for a play whose videos have parts for an age: in memory alone, and gone with the play. */
export class ToldAges {
  private readonly lifetimeMilliseconds: number;
  private readonly now: () => number;
  /** By play, in the order in which they are forgotten. */
  private readonly kept = new Map<string, { age: number; until: number }>();

  /** @param lifetimeSeconds of a play */
  constructor(lifetimeSeconds: number, now: () => number) {
    this.lifetimeMilliseconds = lifetimeSeconds * 1000;
    this.now = now;
  }

  tell(playId: string, age: number): void {
    const at = this.now();
    for (const [id, { until }] of this.kept) {
      if (until > at) break;
      this.kept.delete(id);
    }
    this.kept.set(playId, { age, until: at + this.lifetimeMilliseconds });
  }

  of(playId: string): number | undefined {
    return this.kept.get(playId)?.age;
  }
}
