import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DeliveryError } from "../../codec/errors.ts";
import { Connection, isLoss, STALL_SECONDS, TRYING_SECONDS } from "../../web/src/shared/net/connection.ts";

const failure = (status: number, retryAfterSeconds?: number) =>
  new DeliveryError(`status ${status}`, {
    status,
    retryable: true,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });

const never = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection whose waits are the longest possible, and a service that comes back when it is told to. */
function cut({ random = () => 0, retryAfterSeconds }: { random?: () => number; retryAfterSeconds?: number } = {}) {
  const device = new EventTarget();
  const connection = new Connection(device, random);
  const tries: number[] = [];
  const service = { isThere: false };
  const start = performance.now();
  const ask = async () => {
    tries.push((performance.now() - start) / 1000);
    if (!service.isThere) throw failure(0, retryAfterSeconds);
    return "answer";
  };
  return { device, connection, tries, service, ask };
}

describe("Connection", () => {
  it("P3 asks again at growing intervals up to 8 s, and tells of the loss until the service answers", async () => {
    const { connection, tries, service, ask } = cut();
    const told: unknown[] = [];
    connection.subscribe(() => told.push(connection.snapshot()));
    const answer = connection.persist(ask, never);
    await vi.advanceTimersByTimeAsync(32_000);
    expect(tries).toEqual([0, 0.5, 1.5, 3.5, 7.5, 15.5, 23.5, 31.5]);
    expect(told).toEqual([{ isTrying: true }]);
    service.isThere = true;
    await vi.advanceTimersByTimeAsync(8_000);
    expect(await answer).toBe("answer");
    expect(told).toEqual([{ isTrying: true }, undefined]);
  });

  it("shortens each wait by up to half, and waits no less than the service asks for", async () => {
    const short = cut({ random: () => 1 });
    void short.connection.persist(short.ask, never);
    const asked = cut({ retryAfterSeconds: 3 });
    void asked.connection.persist(asked.ask, never);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(short.tries).toEqual([0, 0.25, 0.75, 1.75, 3.75]);
    expect(asked.tries).toEqual([0, 3]);
  });

  it("tries at once when the device is back on line", async () => {
    const { device, connection, service, ask } = cut();
    const answer = connection.persist(ask, never);
    await vi.advanceTimersByTimeAsync(7_600);
    service.isThere = true;
    device.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    expect(await answer).toBe("answer");
  });

  it("stops trying after two minutes, and begins again when the viewer asks", async () => {
    const { connection, tries, service, ask } = cut();
    const answer = connection.persist(ask, never);
    await vi.advanceTimersByTimeAsync((TRYING_SECONDS + 20) * 1000);
    expect(connection.snapshot()).toEqual({ isTrying: false });
    const before = tries.length;
    await vi.advanceTimersByTimeAsync(3600_000);
    expect(tries).toHaveLength(before);
    connection.tryNow();
    expect(connection.snapshot()).toEqual({ isTrying: true });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(tries.length).toBeGreaterThan(before + 1);
    service.isThere = true;
    connection.tryNow();
    await vi.advanceTimersByTimeAsync(0);
    expect(await answer).toBe("answer");
  });

  it("lets whoever waits go on as soon as another request is answered", async () => {
    const { connection, service, ask } = cut();
    const first = connection.persist(ask, never);
    await vi.advanceTimersByTimeAsync(7_600);
    service.isThere = true;
    expect(await connection.persist(ask, never)).toBe("answer");
    await vi.advanceTimersByTimeAsync(0);
    expect(await first).toBe("answer");
  });

  it("takes a connection on which nothing comes for broken, and not one that is slow", async () => {
    const connection = new Connection(new EventTarget());
    let asked = 0;
    const answer = connection.persist(async (signal, heard) => {
      asked += 1;
      if (asked === 1) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      for (let chunk = 0; chunk < 5; chunk++) {
        await new Promise((resolve) => setTimeout(resolve, (STALL_SECONDS - 1) * 1000));
        signal.throwIfAborted();
        heard();
      }
      return "slow";
    }, never);
    await vi.advanceTimersByTimeAsync(STALL_SECONDS * 1000 + 1);
    expect(connection.snapshot()).toEqual({ isTrying: true });
    await vi.advanceTimersByTimeAsync(5 * STALL_SECONDS * 1000);
    expect(await answer).toBe("slow");
    expect(asked).toBe(2);
    expect(connection.snapshot()).toBeUndefined();
  });

  it("ends with its signal, and knows nothing of the connection then", async () => {
    const { connection, ask } = cut();
    const stop = new AbortController();
    const answer = connection.persist(ask, stop.signal);
    answer.catch(() => {});
    await vi.advanceTimersByTimeAsync(1_000);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
    expect(connection.snapshot()).toBeUndefined();
  });

  it.each([400, 403, 404, 409, 425, 429, 500])("hands status %i on: that is an answer", async (status) => {
    const connection = new Connection(new EventTarget());
    expect(isLoss(failure(status))).toBe(false);
    await expect(connection.persist(() => Promise.reject(failure(status)), never)).rejects.toThrow(`status ${status}`);
    expect(connection.snapshot()).toBeUndefined();
  });
});
