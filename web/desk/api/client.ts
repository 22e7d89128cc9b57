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

const MISSING: Record<number, string> = {
  401: "请先登录", 403: "没有权限", 404: "没有找到", 413: "内容太长了，请精简后再发", 429: "操作太频繁了，请稍后再试",
};

/**
 * JSON requests to the desk API with the session cookie. Every failure becomes a {@link DeskError}; being signed out
 * and having to change the password are also told to the page, wherever they happen.
 */
export class DeskClient {
  barriers: Barriers | null = null;

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

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.timeoutMs);
    // The header can't be set by a form on another site: the server's second fence against forged requests.
    const headers: Record<string, string> = { "X-Requested-With": "wenban", Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    let response: Response;
    let data: unknown;
    try {
      response = await fetch(`${this.base}/api/desk${path}`, {
        method, headers, credentials: "same-origin", cache: "no-store", signal: abort.signal,
        body: body ? JSON.stringify(body) : null,
      });
      data = await response.json().catch(() => null);
    } catch {
      throw new DeskError(0, "network", "连不上服务器，请检查网络后再试");
    } finally {
      clearTimeout(timer);
    }
    if (response.ok && data !== null) return data as T;
    const error = failure(response.status, data);
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
