import { ref } from "vue";
import { LiveSocket, SOCKET_TIMING, socketUrl, type SocketTiming } from "../../shared/socket";
import type { Conversation, LiveFrame } from "../api/types";
import { idleSeconds, onReturn } from "./activity";
import { noteConversation, noteWords } from "./alerts";
import { besideSoon } from "./beside";
import { board, noteMessage, refresh, refreshSoon, refreshUrgent, upsert } from "./board";
import { tellOfCall } from "./phone";
import { tellState } from "./presence";
import { session } from "./session";
import { add, changed, reload, thread } from "./thread";
import { tellOfTicket } from "./ticket_news";

/** Whether events arrive by themselves now. */
export const connected = ref(false);

let socket: LiveSocket<LiveFrame> | null = null;
let wasOpen = false;
let reloadTimer: ReturnType<typeof setTimeout> | undefined;

/** Listens to the desk's events until {@link mute}. */
export function listen(base: string = location.href, timing: SocketTiming = SOCKET_TIMING): void {
  if (socket) return;
  wasOpen = false;
  socket = new LiveSocket<LiveFrame>(() => socketUrl(base, "/api/desk/live"), {
    open: () => {
      connected.value = true;
      socket?.settled();
      answer();
      // Whatever happened while nobody listened is only in the lists.
      if (wasOpen) catchUp();
      wasOpen = true;
    },
    frame: take,
    closed: () => {
      connected.value = false;
      wasOpen = true;
      // Without events the lists are fetched at every failed try; that also notices a session that ended.
      catchUp();
    },
  }, timing);
  socket.start();
  onReturn(answer);
}

/** Answers the server's question whether somebody is here. Timers of a page in the background are slowed down, frames are not. */
function answer(): void {
  socket?.send({ type: "beat", idle_s: Math.round(idleSeconds() * 10) / 10 });
}

export function mute(): void {
  onReturn(null);
  socket?.stop();
  socket = null;
  connected.value = false;
}

/** The conversation a colleague has just passed to this agent; the page says so wherever the agent is. */
export const received = ref<Conversation | null>(null);

function passedToMe(now: Conversation): boolean {
  const me = session.user?.id;
  return now.mode === "human" && Boolean(now.transfer?.by) && now.agent?.id === me && board.known.get(now.id)?.agent?.id !== me;
}

function changedHands(now: Conversation): boolean {
  const before = board.known.get(now.id);
  return before === undefined ? now.mode !== "bot" : before.mode !== now.mode || before.agent?.id !== now.agent?.id;
}

/** What the form has collected is only in the detail; a burst of events makes one request. */
function reloadSoon(): void {
  reloadTimer ??= setTimeout(() => {
    reloadTimer = undefined;
    void reload();
  }, 1000);
}

function catchUp(): void {
  void refresh();
  void refreshUrgent();
  void reload();
  besideSoon();
  tellOfTicket(null);
}

/** Applies one event. */
export function take(frame: LiveFrame): void {
  switch (frame.type) {
    case "message":
      noteWords(frame.conversation_id, frame.message);
      noteMessage(frame.conversation_id, frame.message);
      if (frame.conversation_id === thread.id) add([frame.message]);
      break;
    case "conversation":
      // Counts change only when a conversation changes hands; every single message would be far too often to ask.
      if (changedHands(frame.conversation)) refreshSoon();
      noteConversation(board.known.get(frame.conversation.id), frame.conversation);
      if (passedToMe(frame.conversation)) received.value = frame.conversation;
      upsert(frame.conversation);
      changed(frame.conversation);
      if (frame.conversation.id === thread.id) reloadSoon();
      break;
    case "beside":
      // Without an id: of any, because events were lost.
      if (frame.conversation_id === null || frame.conversation_id === thread.id) besideSoon();
      break;
    case "beat":
      answer();
      break;
    case "presence":
      tellState(frame.state, frame.chosen);
      break;
    case "ticket":
      tellOfTicket(frame.ticket);
      break;
    case "call":
      tellOfCall(frame.call);
      break;
    default:
      break;
  }
}
