import { reactive, watch } from "vue";
import type { Message } from "../../shared/wire";
import type { Conversation } from "../api/types";
import { board } from "./board";
import { presence } from "./presence";
import { maySupervise, session } from "./session";

/** What the agent wants to hear and see; kept in this browser, both off at first. */
export const wishes = reactive({ sound: kept("sound"), notices: kept("notices") });

/** Whether this browser can show notifications at all. */
export function canNotify(): boolean {
  return typeof Notification !== "undefined";
}

watch(wishes, () => {
  for (const [name, value] of Object.entries(wishes)) store(name, value);
});

function kept(name: string): boolean {
  try {
    return localStorage.getItem(`desk-${name}`) === "1";
  } catch {
    return false;
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
    tell(now.id, now.urgent ? `紧急：${now.citizen_name} 等人接入` : who, now.urgent ? 3 : known ? 2 : 1);
  } else if (now.mode !== "bot" && now.alerted_at && !wasAlerted && maySupervise()) {
    tell(now.id, `${now.citizen_name} 等得太久了`, 3);
  } else if (now.mode === "waiting" && now.urgent && before?.urgent === false) {
    tell(now.id, `紧急：${now.citizen_name} 等人接入`, 3);
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

/** Tells it aloud and outside the page, as wished. Never with citizens' words: others may see the screen. */
function tell(id: string, title: string, times: number): void {
  if (wishes.sound) beep(times);
  if (!wishes.notices || !canNotify() || Notification.permission !== "granted") return;
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  // The tag makes one of the notices of several tabs.
  const notice = new Notification(title, { tag: `wenban-${id}`, body: "点这里打开坐席台" });
  notice.onclick = () => {
    window.focus();
    location.assign(`/desk/conversations/${id}`);
  };
}

let audio: AudioContext | null = null;
let lastBeep = -Infinity;
/** Milliseconds within which one sound stands for all. */
const ONE_SOUND_MS = 1500;

/** One to three short tones. */
export function beep(times: number): void {
  if (typeof AudioContext === "undefined" || performance.now() - lastBeep < ONE_SOUND_MS) return;
  lastBeep = performance.now();
  audio ??= new AudioContext();
  void audio.resume();
  for (let nth = 0; nth < times; nth += 1) {
    const at = audio.currentTime + nth * 0.25;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = times > 2 ? 988 : 740;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.18);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.2);
  }
}
