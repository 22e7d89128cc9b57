import type { NoticeState, NoticeText, Purpose, WebApi } from "./api";

/** What consents need of the conversation: whom to ask as whom, now. */
export interface Asker {
  now: () => { api: WebApi; token: string | null };
  /** Begins a session when there is none yet. */
  begin: () => Promise<void>;
  changed: () => void;
}

/** The notice about personal data, and what this citizen was shown and agreed to. */
export class Consents {
  /** What to show of the notice; null when the server has none. */
  notice: NoticeState | null = null;

  constructor(private readonly asker: Asker) {}

  text(): Promise<NoticeText> {
    return this.asker.now().api.notice();
  }

  /** Whether the citizen must be asked before this is sent; null when not, or else the question. */
  question(purpose: Purpose): string | null {
    return this.notice && !this.notice.agreed.includes(purpose) ? this.notice[purpose] : null;
  }

  /** The citizen agreed; rejects with an `ApiFailure` when the server could not note it. */
  async agree(purpose: Purpose): Promise<void> {
    await this.asker.begin();
    await this.note(purpose);
  }

  /** The citizen was shown the line about personal data. What stands in nobody's way is tried only once. */
  async shown(): Promise<void> {
    if (!this.notice || this.notice.agreed.includes("notice")) return;
    await this.note("notice").catch(() => undefined);
  }

  private async note(purpose: Purpose | "notice"): Promise<void> {
    const { api, token } = this.asker.now();
    if (!this.notice || !token) return;
    const { agreed } = await api.consent(token, purpose, this.notice.version);
    if (this.notice) this.notice = { ...this.notice, agreed };
    this.asker.changed();
  }
}
