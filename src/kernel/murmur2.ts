/** MurmurHash2, 32 bit, seed 0x9747b28c: what Kafka's default partitioner computes over the bytes of a key. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ bytes.length;
  const blocks = bytes.length & ~3;
  for (let i = 0; i < blocks; i += 4) {
    let k = at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const tail = bytes.length - blocks;
  if (tail === 3) h ^= at(bytes, blocks + 2) << 16;
  if (tail >= 2) h ^= at(bytes, blocks + 1) << 8;
  if (tail >= 1) h = Math.imul(h ^ at(bytes, blocks), m);
  h = Math.imul(h ^ (h >>> 13), m);
  return h ^ (h >>> 15);
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
