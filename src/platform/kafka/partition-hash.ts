/** The partition of a key, by the default of Kafka's clients. */

const MURMUR_SEED = 0x9747b28c
const MURMUR_FACTOR = 0x5bd1e995

/**
 * Returns the hash of a key. Its partition is this modulo the topic's partition count. Murmur2 without its sign bit:
 * the default of Kafka's Java clients and KafkaJS, which others call `murmur2_random`.
 */
export function partitionHash(key: Uint8Array): number {
  let hash = MURMUR_SEED ^ key.length
  const wholeWords = key.length & ~3
  for (let i = 0; i < wholeWords; i += 4) {
    let word = key[i]! | (key[i + 1]! << 8) | (key[i + 2]! << 16) | (key[i + 3]! << 24)
    word = Math.imul(word, MURMUR_FACTOR)
    word ^= word >>> 24
    hash = Math.imul(hash, MURMUR_FACTOR) ^ Math.imul(word, MURMUR_FACTOR)
  }
  for (let i = key.length - 1; i >= wholeWords; i--) {
    hash ^= key[i]! << (8 * (i - wholeWords))
    if (i === wholeWords) hash = Math.imul(hash, MURMUR_FACTOR)
  }
  hash = Math.imul(hash ^ (hash >>> 13), MURMUR_FACTOR)
  return (hash ^ (hash >>> 15)) & 0x7fff_ffff
}
