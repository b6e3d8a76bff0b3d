// Loaded before the command line by division-hashes.mjs: the same ids, secrets and creation time in every run.
let counter = 0;

Crypto.prototype.getRandomValues = (target) => {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  for (let i = 0; i < bytes.length; i++) {
    counter += 1;
    bytes[i] = Math.imul(counter, 2654435761) >>> 24;
  }
  return target;
};

Date.prototype.toISOString = () => "2026-01-01T00:00:00.000Z";
