import { useMemo } from "react";

/** Keys for requests that must count once: the same wish, sent again after a lost answer, has the same key. */
export interface WishKeys {
  keyOf(wish: object): string;
  /** It was answered: the next one is another, even if it is for the same. */
  done(): void;
}

export function useWishKeys(): WishKeys {
  return useMemo(() => {
    let held: { wish: string; key: string } | undefined;
    return {
      keyOf: (wish) => {
        const text = JSON.stringify(wish);
        if (held?.wish !== text) held = { wish: text, key: newKey() };
        return held.key;
      },
      done: () => {
        held = undefined;
      },
    };
  }, []);
}

/** 128 random bits. randomUUID is for pages over https alone. */
const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
