/**
 * Delay before the next try, in milliseconds: doubles each time, with full jitter over the upper half, so that
 * thousands of pages that lost the server together don't come back together.
 *
 * @param attempt 0 for the first retry
 * @param random a number in [0, 1); given by tests
 * @example backoff(0) // 500..1000
 */
export function backoff(attempt: number, random: number = Math.random(), baseMs = 1000, maxMs = 30_000): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
