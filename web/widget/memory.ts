/**
 * Small facts kept in the page's localStorage under one prefix per assistant host. Where storage is forbidden
 * (private windows, embedded web views) they live as long as the page does, and nothing fails.
 */
export class Memory {
  private readonly fallback = new Map<string, string>();
  private readonly prefix: string;

  constructor(host: string) {
    this.prefix = `wenban:${host}:`;
  }

  get(name: string): string | null {
    try {
      return localStorage.getItem(this.prefix + name) ?? this.fallback.get(name) ?? null;
    } catch {
      return this.fallback.get(name) ?? null;
    }
  }

  set(name: string, value: string): void {
    try {
      localStorage.setItem(this.prefix + name, value);
      this.fallback.delete(name);
    } catch {
      this.fallback.set(name, value);
    }
  }

  remove(name: string): void {
    this.fallback.delete(name);
    try {
      localStorage.removeItem(this.prefix + name);
    } catch {
      // Nothing was kept there, then.
    }
  }

  /** Names that start with `head`, in no particular order. */
  names(head: string): string[] {
    const found = new Set<string>();
    for (const name of this.fallback.keys()) if (name.startsWith(head)) found.add(name);
    try {
      for (let index = 0; index < localStorage.length; index += 1) {
        const key = localStorage.key(index);
        if (key?.startsWith(this.prefix + head)) found.add(key.slice(this.prefix.length));
      }
    } catch {
      // Only the fallback, then.
    }
    return [...found];
  }
}
