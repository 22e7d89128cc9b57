import type { ErrorBody, Message, Mode } from "../shared/wire";
import type { Pending } from "./outbox";

/** What needs consent before it is sent; the request itself does not. */
export type Purpose = "photos" | "place";

/** The notice about personal data, as far as the page needs it before it is opened. */
export interface NoticeState {
  version: string;
  line: string;
  /** The questions before the first photo and the first place. */
  photos: string;
  place: string;
  /** What the citizen was shown (`notice`) and agreed to. */
  agreed: string[];
}

/** The notice's whole text; `html` is sanitised again before it is shown. */
export interface NoticeText {
  version: string;
  title: string;
  html: string;
}

/** Answer of `POST /api/web/session`. */
export interface Session {
  token: string;
  conversation: { mode: Mode };
  messages: Message[];
  city: string;
  greeting: string;
  /** Things to begin with; each is sent as if it had been typed. */
  starters?: string[];
  notice?: NoticeState | null;
}

/** Answer of `POST /api/web/messages`. */
export interface Sent {
  message: Message;
  replies: Message[];
  /** The turn is still under way; its replies come later. */
  pending: boolean;
}

/** The server said no, or could not be reached (`status` 0). */
export class ApiFailure extends Error {
  /** @param waitMs how long the server asks to wait before the next try */
  constructor(readonly status: number, readonly code: string, message: string, readonly waitMs = 0) {
    super(message);
  }

  /** Whether the same request may succeed later without any change. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** Whether a new session is needed first. */
  get signedOut(): boolean {
    return this.status === 401;
  }
}

/** Codes of error frames after which the same message may be sent again as it is; the socket carries no status. */
const PASSING_CODES = new Set(["unavailable", "rate_limited", "internal", "timeout"]);

export function passingCode(error: ErrorBody): boolean {
  return PASSING_CODES.has(error.code);
}

/** A photo may take this long on a weak network. */
const UPLOAD_MS = 120_000;

/** A message as the server takes it, by request or over the socket. */
export function said(item: Pending): Record<string, unknown> {
  return {
    client_id: item.clientId, text: item.photo || item.location ? "" : item.text,
    ...(item.button ? { button: item.button } : {}),
    ...(item.photo ? { photo: item.photo.id } : {}),
    ...(item.location ? { location: item.location } : {}),
  };
}

/** The web channel's HTTP endpoints. */
export class WebApi {
  private abandoned = false;

  constructor(private readonly host: string, private readonly timeoutMs = 20_000) {}

  /** No answer that is still under way will reach its caller. */
  abandon(): void {
    this.abandoned = true;
  }

  session(token: string | null): Promise<Session> {
    return this.call<Session>("POST", "/api/web/session", null, token ? { token } : {});
  }

  send(token: string, item: Pending): Promise<Sent> {
    return this.call<Sent>("POST", "/api/web/messages", token, said(item));
  }

  /** Ends all tokens of this visitor. */
  forget(token: string): Promise<object> {
    return this.call("POST", "/api/web/forget", token);
  }

  notice(): Promise<NoticeText> {
    return this.call("GET", "/api/web/notice", null);
  }

  /** Tells the server that the citizen was shown the notice, or agreed. */
  consent(token: string, purpose: Purpose | "notice", version: string): Promise<{ agreed: string[] }> {
    return this.call("POST", "/api/web/consents", token, { purpose, version });
  }

  /** Brings a photo to the server; a message that names its id has to follow. */
  upload(token: string, photo: Blob): Promise<{ photo: { id: string; width: number; height: number } }> {
    return this.call("POST", "/api/web/photos", token, photo, UPLOAD_MS);
  }

  /** One of the citizen's own photos. */
  async photo(token: string, id: string): Promise<Blob> {
    const response = await fetch(`${this.host}/api/web/photos/${id}`, {
      headers: { Authorization: `Bearer ${token}` }, credentials: "omit",
    });
    if (!response.ok) throw new ApiFailure(response.status, "photo", "照片暂时看不了");
    return response.blob();
  }

  after(token: string, seq: number): Promise<{ messages: Message[]; mode: Mode }> {
    return this.call("GET", `/api/web/messages?after=${seq}`, token);
  }

  private async call<T>(
    method: string, path: string, token: string | null, body?: object, timeoutMs = this.timeoutMs,
  ): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    const headers: Record<string, string> = {};
    const raw = body instanceof Blob;
    if (body) headers["Content-Type"] = raw ? "application/octet-stream" : "application/json";
    if (token) headers.Authorization = `Bearer ${token}`;
    try {
      // No cookies: the token is the whole identity, and the widget lives on other sites' pages.
      const response = await fetch(this.host + path, {
        method, headers, credentials: "omit", cache: "no-store", signal: abort.signal,
        body: raw ? body : body ? JSON.stringify(body) : null,
      });
      const data = (await response.json().catch(() => null)) as (T & { error?: ErrorBody }) | null;
      if (!response.ok || data === null) {
        const error = data?.error;
        // A proxy's HTML page with status 200 is no answer either: worth another try.
        throw new ApiFailure(response.ok ? 502 : response.status, error?.code ?? "unreadable",
          error?.message ?? "服务暂时繁忙，请稍后再试", 1000 * (Number(response.headers.get("Retry-After")) || 0));
      }
      return data;
    } catch (error) {
      if (error instanceof ApiFailure) throw error;
      throw new ApiFailure(0, "network", "网络不通，请检查网络后再试");
    } finally {
      clearTimeout(timer);
      if (this.abandoned) await new Promise(() => undefined);
    }
  }
}
