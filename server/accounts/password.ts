import { hash, verify } from "@node-rs/argon2";
import { Refusal } from "../refusal.ts";

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, 2 passes, 1 lane. */
const OPTIONS = { memoryCost: 19456, timeCost: 2, parallelism: 1 } as const;
/** Each hash keeps a core busy: more at a time would slow plays down. */
const AT_A_TIME = 2;
const WAITING_MOST = 50;

/** Hashes and checks passwords, two at a time. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** Of a password that nobody has, so that an unknown account takes as long as a wrong password. */
  private readonly nobodys = this.hash(crypto.randomUUID());

  hash(password: string): Promise<string> {
    return this.run(() => hash(password.normalize("NFKC"), OPTIONS));
  }

  /** @param known the account's hash; without one the answer is false, after the same work */
  async verify(password: string, known: string | undefined): Promise<boolean> {
    const wanted = known ?? (await this.nobodys);
    const isRight = await this.run(() => verify(wanted, password.normalize("NFKC")));
    return isRight && known !== undefined;
  }

  private async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= AT_A_TIME) {
      if (this.waiting.length >= WAITING_MOST)
        throw new Refusal("too_many", "many people are signing in: try again in a moment", { retryAfterSeconds: 5 });
      await new Promise<void>((resolve) => this.waiting.push(resolve)); // takes over the place of whoever wakes it
    } else this.running += 1;
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
