import { backoff } from "../shared/backoff";
import { LiveSocket, socketUrl } from "../shared/socket";
import { uuid } from "../shared/uuid";
import { MAX_TEXT, type Message, type Mode } from "../shared/wire";
import { ApiFailure, WebApi, type NoticeState, type Session } from "./api";
import { Consents } from "./consents";
import { Poller, TIMING, TypingSign, type Frame, type Link, type Timing } from "./link";
import type { Memory } from "./memory";
import { Outbox, type Pending } from "./outbox";
import { OwnPhotos } from "./own_photos";
import { shrink, type Point } from "./photo";
import { Receiving } from "./receiving";
import { Sending } from "./sending";
import { Transcript, type Line } from "./transcript";

/** Sockets lost in a row, without one useful answer, before plain requests take over beside them. */
const FAILURES_BEFORE_POLLING = 2;
/** What stays when a conversation is forgotten: it says nothing of the talk. */
const KEPT = new Set(["large"]);

/**
 * One citizen's conversation as the browser keeps it: session, websocket with resume, plain requests when sockets
 * fail, and an outbox that loses nothing and doubles nothing. Knows nothing of the screen; `changed` is called after
 * every change, and the panel reads the public fields.
 */
export class Conversation {
  mode: Mode = "bot";
  /** Place in the queue while waiting, counted from 1; null when unknown. */
  position: number | null = null;
  /** Whether any agent is at the desk, as far as the server said; only meant while waiting. */
  agents = true;
  link: Link = "idle";
  greeting = "";
  /** Things to begin with, as the server suggests them. */
  starters: string[] = [];
  /** The former conversation could not be continued and a new one was begun. */
  renewed = false;

  readonly transcript = new Transcript();
  private readonly outbox: Outbox;
  private api: WebApi;
  readonly consents: Consents;
  private readonly sending: Sending;
  private readonly receiving: Receiving;
  private readonly socket: LiveSocket<Frame>;
  private readonly poller = new Poller(() => this.poll());
  private readonly photos = new OwnPhotos((id) => (this.token ? this.api.photo(this.token, id) : null));
  /** The token of the session whose messages are shown. */
  private adopted: string | null = null;
  private started = false;
  private failures = 0;
  private attempt = 0;
  private establishing = false;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly sign: TypingSign;
  private typingSentAt = 0;

  constructor(
    private readonly host: string,
    private readonly memory: Memory,
    private readonly changed: () => void = () => undefined,
    private readonly timing: Timing = TIMING,
  ) {
    this.api = new WebApi(host);
    this.outbox = new Outbox(memory);
    this.sign = new TypingSign(timing.typingFor, () => this.changed());
    this.socket = new LiveSocket<Frame>(() => this.address(), {
      frame: (frame) => this.take(frame),
      closed: (code) => this.lost(code),
    }, timing, () => ["wenban.v1", `wenban.token.${this.token ?? ""}`]);
    const now = (): { api: WebApi; token: string | null; link: Link } => ({ api: this.api, token: this.token, link: this.link });
    const answered = (): void => this.sign.set(false);
    this.consents = new Consents({ now, begin: () => this.begin(), changed });
    this.sending = new Sending({
      now, changed, socket: this.socket, noReply: answered,
      live: (messages) => this.receiving.live(messages),
      expectReply: () => this.expectReply(),
      renew: () => this.renew(),
      pollSoon: (ms) => this.poller.soon(ms),
      delay: () => this.delay(),
    }, this.outbox, timing);
    this.receiving = new Receiving(this.transcript, { settle: (id) => this.sending.settle(id), answered, changed, missing: () => this.missed() });
  }

  /** What to show of the notice about personal data; null when the server has none. */
  get notice(): NoticeState | null {
    return this.consents.notice;
  }

  /** Whether this browser has spoken with the assistant in the last day, so that connecting unasked makes sense. */
  get recent(): boolean {
    return this.token !== null && Date.now() - Number(this.memory.get("active") ?? 0) < 86_400_000;
  }

  /** Read anew each time: another tab may have got a newer one, and an old one is refused. */
  private get token(): string | null {
    return this.memory.get("token");
  }

  /** The other side is preparing an answer. */
  get typing(): boolean {
    return this.sign.shown;
  }

  get lines(): Line[] {
    return this.transcript.lines(this.outbox.all, this.mode);
  }

  /** Messages that are written but not yet with the server. */
  get unsent(): number {
    return this.outbox.all.filter((item) => item.refused === null).length;
  }

  /** Connects and stays connected. Calling it again does nothing. */
  start(): void {
    if (this.started) return;
    this.started = true;
    window.addEventListener("online", this.wake);
    void this.establish();
  }

  /** Lets go of the network; what is unsent stays in storage. */
  stop(): void {
    this.started = false;
    window.removeEventListener("online", this.wake);
    this.socket.stop();
    this.poller.stop();
    this.sign.set(false);
    this.sending.stop();
    this.receiving.stop();
    [this.retryTimer, this.slowTimer].forEach((timer) => clearTimeout(timer));
    this.setLink("idle");
  }

  /** Says something; it is on screen at once and on its way as soon as the network allows. */
  send(text: string, button: string | null = null): void {
    const words = text.trim().slice(0, MAX_TEXT);
    if (!words) return;
    this.put({ clientId: uuid(), text: words, button, at: Date.now(), refused: null });
    // The line has stood above the field until now; whoever speaks has had it before the eyes.
    void this.consents.shown();
  }

  /** Sends a photo; rejects with an {@link ApiFailure} when the server does not take it. */
  async sendPhoto(file: Blob): Promise<void> {
    await this.begin();
    const { photo } = await this.api.upload(this.token ?? "", await shrink(file));
    this.photos.keep(photo.id, file);
    this.put({ clientId: uuid(), text: "［照片］", button: null, at: Date.now(), refused: null, photo });
  }

  /** Sends where the citizen is. */
  sendLocation(location: Point): void {
    this.put({ clientId: uuid(), text: "［位置］", button: null, at: Date.now(), refused: null, location });
  }

  /** An address at which one of the citizen's own photos can be shown; null when it can't be had. */
  photoUrl(id: string): Promise<string | null> {
    return this.photos.url(id);
  }

  private put(item: Pending): void {
    this.outbox.add(item);
    this.memory.set("active", String(Date.now()));
    this.start();
    void this.sending.pump();
    this.changed();
  }

  /** Tries a refused message again, with the same id. */
  retry(clientId: string): void {
    this.outbox.retry(clientId);
    void this.sending.pump();
    this.changed();
  }

  /** Forgets a refused message. */
  discard(clientId: string): void {
    this.outbox.confirm(clientId);
    this.changed();
  }

  /**
   * Ends this conversation for this device: the server refuses its token from now on, also in other tabs, and nothing of
   * it stays in the browser. Then a new conversation begins.
   *
   * @returns whether the server was reached. Otherwise only this device has forgotten; the token is lost either way.
   */
  async forget(): Promise<boolean> {
    const reached = this.token === null || await this.api.forget(this.token).then(
      () => true, (error: unknown) => error instanceof ApiFailure && error.signedOut);
    const wasStarted = this.started;
    this.stop();
    // Answers that are still under way belong to the forgotten conversation.
    this.api.abandon();
    this.api = new WebApi(this.host);
    this.establishing = false;
    this.failures = this.attempt = 0;
    this.outbox.clear();
    for (const name of this.memory.names("")) if (!KEPT.has(name)) this.memory.remove(name);
    this.photos.clear();
    this.transcript.clear();
    this.adopted = null;
    this.renewed = false;
    this.greeting = "";
    this.consents.notice = null;
    this.setMode("bot");
    if (wasStarted) this.start();
    this.changed();
    return reached;
  }

  /** Tells an agent that the citizen is writing; at most once in three seconds, and never to the bot. */
  writing(): void {
    if (this.mode !== "human" || Date.now() - this.typingSentAt < 3000) return;
    this.typingSentAt = Date.now();
    this.socket.send({ type: "typing" });
  }

  private async establish(): Promise<void> {
    if (this.establishing || !this.started) return;
    clearTimeout(this.retryTimer);
    this.establishing = true;
    this.setLink("connecting");
    try {
      // Another tab may have begun the session meanwhile.
      this.adopt(await this.api.session(this.token));
      this.establishing = false;
      if (!this.started) return;
      this.socket.start();
      // The socket gets its chance, but the citizen does not wait long for it.
      clearTimeout(this.slowTimer);
      this.slowTimer = setTimeout(() => {
        if (this.started && this.link !== "live") this.poller.start();
      }, this.failures >= FAILURES_BEFORE_POLLING ? 0 : this.timing.socketWithin);
    } catch (error) {
      this.establishing = false;
      if (!this.started) return;
      if (error instanceof ApiFailure && error.status === 401) this.memory.remove("token");
      this.setLink("offline");
      this.retryTimer = setTimeout(() => void this.establish(), this.delay());
    }
    this.changed();
  }

  private adopt(session: Session): void {
    if (this.transcript.size > 0 && session.token !== this.adopted && !this.transcript.overlaps(session.messages)) {
      this.transcript.clear();
      this.renewed = true;
    }
    this.adopted = session.token;
    this.memory.set("token", session.token);
    if (session.messages.length === 0) this.memory.set("read", "0");
    this.greeting = session.greeting;
    this.starters = session.starters ?? [];
    this.consents.notice = session.notice ?? null;
    this.mode = session.conversation.mode;
    this.receiving.complete(session.messages);
  }

  private renew(): void {
    this.socket.stop();
    this.poller.stop();
    this.sending.lost();
    clearTimeout(this.retryTimer);
    this.setLink("connecting");
    this.retryTimer = setTimeout(() => void this.establish(), this.attempt === 0 ? 0 : this.delay());
    this.attempt += 1;
  }

  private readonly wake = (): void => {
    if (this.poller.active) this.poller.soon(0);
    else if (this.link === "offline") void this.establish();
  };

  // ---- websocket -----------------------------------------------------------------------------------------------

  private address(): string {
    return socketUrl(this.host, "/api/web/socket", { after: String(this.transcript.resumeFrom) });
  }

  private take(frame: Frame): void {
    switch (frame.type) {
      case "hello":
        this.receiving.complete(frame.messages);
        this.setMode(frame.mode, frame.position);
        if (this.outbox.next === null) this.useful();
        this.poller.stop();
        this.setLink("live");
        void this.sending.pump();
        break;
      case "message":
        this.receiving.live([frame.message]);
        break;
      case "ack":
        this.useful();
        this.receiving.live([frame.message]);
        this.sending.settle(frame.client_id);
        if (this.transcript.newest === frame.message.seq) this.expectReply();
        void this.sending.pump();
        break;
      case "mode":
        this.setMode(frame.mode, frame.position);
        this.agents = frame.agents ?? this.agents;
        break;
      case "typing":
        this.sign.set(frame.active);
        break;
      case "error":
        this.sending.refused(frame.error, frame.client_id ?? null, (frame.retry_after_s ?? 0) * 1000);
        break;
      default:
        return;
    }
    this.changed();
  }

  private lost(code: number): void {
    this.sending.lost();
    if (!this.started) return;
    this.failures += 1;
    if (code === 4401) return this.renew();
    if (this.failures >= FAILURES_BEFORE_POLLING) this.poller.start();
    // While plain requests work, nobody needs to know that the socket doesn't.
    if (this.link === "live" || !this.poller.active) this.setLink("connecting");
    this.changed();
  }

  private useful(): void {
    this.failures = 0;
    this.attempt = 0;
    this.socket.settled();
  }

  // ---- plain requests ------------------------------------------------------------------------------------------

  private async poll(): Promise<number> {
    const wait = document.visibilityState === "hidden" ? this.timing.pollHidden : this.timing.pollEvery;
    if (!this.token) return wait;
    try {
      const answer = await this.api.after(this.token, this.transcript.resumeFrom);
      if (!this.poller.active) return wait;
      this.receiving.complete(answer.messages);
      this.setMode(answer.mode);
      this.attempt = 0;
      this.setLink("polling");
      this.changed();
      void this.sending.pump();
      return wait;
    } catch (error) {
      if (!this.poller.active) return wait;
      if (error instanceof ApiFailure && error.signedOut) this.renew();
      else this.setLink("offline");
      return this.delay();
    }
  }

  private async begin(): Promise<void> {
    this.start();
    if (!this.token) this.adopt(await this.api.session(null));
  }

  private async missed(): Promise<Message[]> {
    return this.token ? (await this.api.after(this.token, this.transcript.resumeFrom)).messages : [];
  }

  // ---- state ---------------------------------------------------------------------------------------------------

  private expectReply(): void {
    if (this.mode === "bot") this.sign.set(true);
  }

  private setMode(mode: Mode, position?: number): void {
    this.mode = mode;
    this.position = mode === "waiting" ? position ?? this.position : null;
  }

  private setLink(link: Link): void {
    if (link === this.link) return;
    this.link = link;
    this.changed();
  }

  private delay(): number {
    const wait = backoff(this.attempt, Math.random(), this.timing.backoffBase, this.timing.backoffMax);
    this.attempt += 1;
    return wait;
  }
}
