/** Addresses at which the citizen's own photos can be shown: of what was just sent, or fetched once from the server. */
export class OwnPhotos {
  private readonly known = new Map<string, Promise<string | null>>();

  constructor(private readonly fetched: (id: string) => Promise<Blob> | null) {}

  /** A photo that this page has sent, so that it need not be fetched. */
  keep(id: string, file: Blob): void {
    this.known.set(id, Promise.resolve(URL.createObjectURL(file)));
  }

  /** Its address; null when it can't be had. */
  url(id: string): Promise<string | null> {
    const before = this.known.get(id);
    if (before) return before;
    const asked = this.fetched(id);
    const found = asked ? asked.then((blob) => URL.createObjectURL(blob), () => null) : Promise.resolve(null);
    this.known.set(id, found);
    return found;
  }

  /** Forgets all of them, and gives their memory back. */
  clear(): void {
    for (const photo of this.known.values()) void photo.then((url) => url && URL.revokeObjectURL(url));
    this.known.clear();
  }
}
