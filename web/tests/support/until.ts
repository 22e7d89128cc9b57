/** Waits until `check` gives something true; fails with `what` when it does not in time. */
export async function until<T>(what: string, check: () => T, withinMs = 5000): Promise<NonNullable<T>> {
  const end = Date.now() + withinMs;
  for (;;) {
    const result = check();
    if (result) return result as NonNullable<T>;
    if (Date.now() > end) throw new Error(`timed out waiting until ${what}`);
    await pause(10);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
