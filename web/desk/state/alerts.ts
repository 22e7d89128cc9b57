import { reactive, ref, watch } from "vue";
import type { Message } from "../../shared/wire";
import type { Conversation } from "../api/types";
import { board } from "./board";
import { presence } from "./presence";
import { maySupervise, session } from "./session";

/** What the agent wants to hear and see; kept in this browser. Danger is heard unless switched off, all else only when switched on. */
export const wishes = reactive({ sound: kept("sound", false), notices: kept("notices", false), urgent: kept("urgent", true) });

/** Whether this browser can show notifications at all. */
export function canNotify(): boolean {
  return typeof Notification !== "undefined";
}

watch(wishes, () => {
  for (const [name, value] of Object.entries(wishes)) store(name, value);
});

function kept(name: string, unsaid: boolean): boolean {
  try {
    const said = localStorage.getItem(`desk-${name}`);
    return said === null ? unsaid : said === "1";
  } catch {
    return unsaid;
  }
}

function store(name: string, value: boolean): void {
  try {
    localStorage.setItem(`desk-${name}`, value ? "1" : "0");
  } catch {
    // A browser that keeps nothing forgets the wish with the page.
  }
}

/** Switches notifications on, when the person lets the browser show them. Returns whether they are on. */
export async function wantNotices(on: boolean): Promise<boolean> {
  wishes.notices = on && canNotify() && (await Notification.requestPermission()) === "granted";
  return wishes.notices;
}

/** A conversation changed; `before` is as the page knew it. */
export function noteConversation(before: Conversation | undefined, now: Conversation): void {
  const me = session.user?.id;
  const wasAlerted = Boolean(before?.alerted_at);
  if (now.mode === "waiting" && before?.mode !== "waiting" && presence.state !== "away") {
    const known = now.offered?.id === me;
    const who = known ? `${now.citizen_name} 又来了，上次由您接待` : `${now.citizen_name} 在排队`;
    if (now.urgent) tellUrgent(now);
    else tell(now.id, who, known ? 2 : 1);
  } else if (now.mode !== "bot" && now.alerted_at && !wasAlerted && maySupervise()) {
    tell(now.id, `${now.citizen_name} 等得太久了`, 3);
  } else if (now.mode === "waiting" && now.urgent && before?.urgent === false) {
    tellUrgent(now);
  } else if (now.mode === "human" && now.agent?.id === me && before && before.agent?.id !== me && now.transfer?.by) {
    tell(now.id, `${now.transfer.by.display_name || "同事"}把 ${now.citizen_name} 转给您`, 2);
  }
}

/** Somebody wrote. It is told when the agent has the conversation and does not look at it. */
export function noteWords(id: string, message: Message): void {
  const known = board.known.get(id);
  if (message.sender !== "citizen" || known?.mode !== "human" || known.agent?.id !== session.user?.id) return;
  if (id === board.openId && document.visibilityState === "visible" && document.hasFocus()) return;
  tell(id, `${known.citizen_name} 说话了`, 1);
}

/** Somebody may be in danger and waits for an agent; its sound has a switch of its own. */
function tellUrgent(one: Conversation): void {
  alarm();
  notify(one.id, `紧急：${one.citizen_name} 等人接入`);
}

/** Tells it aloud and outside the page, as wished. Never with citizens' words: others may see the screen. */
function tell(id: string, title: string, times: number): void {
  if (wishes.sound) beep(times);
  notify(id, title);
}

function notify(id: string, title: string): void {
  if (!wishes.notices || !canNotify() || Notification.permission !== "granted") return;
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  // The tag makes one of the notices of several tabs.
  const notice = new Notification(title, { tag: `wenban-${id}`, body: "点这里打开坐席台" });
  notice.onclick = () => {
    window.focus();
    location.assign(`/desk/conversations/${id}`);
  };
}

/** A case of danger wants an agent: heard unless the agent has switched that off. */
export function alarm(): void {
  if (wishes.urgent) beep(3);
}

/** The browser lets nothing be heard until somebody has clicked into the page. */
export const muffled = ref(false);

let audio: AudioContext | null = null;
let waitsToSound = false;
let lastBeep = -Infinity;
/** Milliseconds within which one sound stands for all. */
const ONE_SOUND_MS = 1500;
/** Milliseconds after which a browser that was asked to make sounds is taken to refuse. */
const REFUSES_MS = 500;

/** One to three short tones, as soon as the browser lets the page be heard. */
export function beep(times: number): void {
  if (typeof AudioContext === "undefined" || waitsToSound || performance.now() - lastBeep < ONE_SOUND_MS) return;
  lastBeep = performance.now();
  audio ??= new AudioContext();
  const context = audio;
  waitsToSound = true;
  const refused = setTimeout(() => {
    muffled.value = true;
  }, REFUSES_MS);
  document.addEventListener("pointerdown", wake);
  document.addEventListener("keydown", wake);
  void context.resume().finally(() => {
    clearTimeout(refused);
    waitsToSound = muffled.value = false;
    document.removeEventListener("pointerdown", wake);
    document.removeEventListener("keydown", wake);
  }).then(() => play(context, times), () => undefined);
}

/** Browsers let sounds be made after a click or a key. */
function wake(): void {
  void audio?.resume();
}

function play(context: AudioContext, times: number): void {
  for (let nth = 0; nth < times; nth += 1) {
    const at = context.currentTime + nth * 0.25;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = times > 2 ? 988 : 740;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}
