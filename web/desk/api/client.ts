import type { ErrorBody } from "../../shared/wire";

/** The server's error, or the network's (`status` 0). `message` is a sentence an agent can act on. */
export class DeskError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
  }
}

/** The sentence to show for anything that was thrown. */
export function explain(error: unknown): string {
  return error instanceof DeskError ? error.message : "页面出了点问题，请刷新后再试";
}

/** What the page does when the server says the agent may not go on. */
export interface Barriers {
  signedOut: () => void;
  passwordRequired: () => void;
  secondFactorRequired: () => void;
}

/** What answers with a new cookie; the old one is worthless from then on. */
const REPLACING = new Set(["/login", "/login/code", "/password", "/second_factor/confirm"]);

const MISSING: Record<number, string> = {
  401: "请先登录", 403: "没有权限", 404: "没有找到", 413: "内容太长了，请精简后再发", 429: "操作太频繁了，请稍后再试",
};

/**
 * JSON requests to the desk API with the session cookie. Every failure becomes a {@link DeskError}; being signed out
 * and having to change the password are also told to the page, wherever they happen.
 */
export class DeskClient {
  barriers: Barriers | null = null;

  /** Requests under way that replace the session's cookie, and how many have ended. */
  private replacing = new Set<Promise<Response>>();
  private replaced = 0;

  constructor(private readonly base = "", private readonly timeoutMs = 20_000) {}

  get<T>(path: string, query: Record<string, string | number | null | undefined> = {}): Promise<T> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
    }
    const tail = search.toString();
    return this.call<T>("GET", tail ? `${path}?${tail}` : path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.call<T>("POST", path, body);
  }

  /** Sends a file as it is. */
  upload<T>(path: string, file: Blob): Promise<T> {
    return this.call<T>("POST", path, file);
  }

  /** Tells something while the page goes away, without an answer. A body of over some 60 kB is not told. */
  leave(path: string, body: object): void {
    const headers = { "X-Requested-With": "wenban", "Content-Type": "application/json" };
    void fetch(`${this.base}/api/desk${path}`, {
      method: "POST", headers, credentials: "same-origin", keepalive: true, body: JSON.stringify(body),
    }).catch(() => undefined);
  }

  private note(asked: Promise<Response>): void {
    this.replacing.add(asked);
    const done = (): void => {
      this.replacing.delete(asked);
      this.replaced += 1;
    };
    asked.then(done, done);
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.timeoutMs);
    // The header can't be set by a form on another site: the server's second fence against forged requests.
    const headers: Record<string, string> = { "X-Requested-With": "wenban", Accept: "application/json" };
    if (body) headers["Content-Type"] = body instanceof Blob ? "application/octet-stream" : "application/json";
    let response: Response;
    let data: unknown;
    const replacedBefore = this.replaced;
    try {
      const asked = fetch(`${this.base}/api/desk${path}`, {
        method, headers, credentials: "same-origin", cache: "no-store", signal: abort.signal,
        body: body instanceof Blob ? body : body ? JSON.stringify(body) : null,
      });
      if (REPLACING.has(path)) this.note(asked);
      response = await asked;
      data = await response.json().catch(() => null);
    } catch {
      throw new DeskError(0, "network", "连不上服务器，请检查网络后再试");
    } finally {
      clearTimeout(timer);
    }
    if (response.ok && data !== null) return data as T;
    const error = failure(response.status, data);
    // Sent with the old cookie while another request brought a new one: nobody is signed out, so it is asked again.
    if (response.status === 401 && method === "GET" && !REPLACING.has(path)) {
      const waited = this.replacing.size > 0;
      await Promise.allSettled([...this.replacing]);
      if (waited || this.replaced !== replacedBefore) return this.call<T>(method, path);
    }
    if (error.code === "password_change_required") this.barriers?.passwordRequired();
    else if (error.code === "second_factor_required") this.barriers?.secondFactorRequired();
    else if (error.status === 401 && !path.startsWith("/login") && error.code !== "wrong_code") this.barriers?.signedOut();
    throw error;
  }
}

function failure(status: number, data: unknown): DeskError {
  const error = (data as { error?: Partial<ErrorBody> } | null)?.error;
  if (error && typeof error.message === "string") {
    return new DeskError(status, error.code ?? "unknown", error.message, error.details ?? {});
  }
  return new DeskError(status, "unreadable", MISSING[status] ?? "服务暂时繁忙，请稍后再试");
}
