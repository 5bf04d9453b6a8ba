// Random numbers that are the same every time.

/** A source of numbers from 0 to 1 (mulberry32). */
export function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `length` digits of base 32, as identifiers of the network have them. */
export function randomDigits(random, length) {
  const digit = () => 'abcdefghijklmnopqrstuvwxyz234567'[Math.floor(random() * 32)]
  return Array.from({ length }, digit).join('')
}
