import { reactive } from "vue";
import { talkApi, type CannedReply } from "../api/talk";

/** The canned replies (常用语) that this account may send. */
export const canned = reactive<{ all: CannedReply[]; variables: Record<string, string>; known: boolean }>({
  all: [], variables: {}, known: false,
});

const BLANK = /\{([\u4e00-\u9fff][\u4e00-\u9fff\d]{0,11})\}/g;

export async function loadCanned(): Promise<void> {
  const found = await talkApi.canned();
  Object.assign(canned, { all: found.canned, variables: found.variables, known: true });
}

export function forgetCanned(): void {
  Object.assign(canned, { all: [], variables: {}, known: false });
}

/** The variables and gaps of a text, each once; the server refuses to send a text that has any. */
export function blanks(text: string): string[] {
  return [...new Set([...text.matchAll(BLANK)].map((match) => match[1] ?? ""))];
}

/** The text with what is known of the conversation filled in; what is not known stays a gap. */
export function filled(text: string, values: Record<string, string>): string {
  return text.replace(BLANK, (whole, name: string) => values[name] ?? whole);
}

/** Where the first gap of a text is; null when there is none. */
export function gapAt(text: string): [number, number] | null {
  const found = [...text.matchAll(BLANK)][0];
  return found ? [found.index, found.index + found[0].length] : null;
}

/** The canned replies for what is typed: its shortcut first, then by words and by first letters in pinyin. */
export function search(all: CannedReply[], typed: string): CannedReply[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return all;
  const words = wanted.split(/\s+/);
  const rank = (one: CannedReply): number => {
    if (one.shortcut && one.shortcut === wanted) return 0;
    if (one.shortcut && one.shortcut.startsWith(wanted)) return 1;
    const title = one.title.toLowerCase();
    if (words.every((word) => title.includes(word))) return 2;
    if (one.initials.startsWith(wanted)) return 3;
    const whole = `${title} ${one.text.toLowerCase()}`;
    if (words.every((word) => whole.includes(word))) return 4;
    return words.every((word) => one.initials.includes(word)) ? 5 : 9;
  };
  return all.map((one) => ({ one, at: rank(one) })).filter(({ at }) => at < 9).sort((a, b) => a.at - b.at).map(({ one }) => one);
}
