/** A share (0 to 1) for people; a dash when there was nobody to count. */
export function share(value: number | null): string {
  return value === null ? "—" : `${(value * 100).toFixed(1).replace(/\.0$/, "")}%`;
}
