import { onBeforeUnmount, ref } from "vue";
import { filing, type LikeTicket, type MatterFields } from "../api/filing";
import { lacking } from "./filing";

const PAUSE_MS = 700;

/** Looks for open tickets about the same matter while the form is filled in; `look` waits until nobody types. */
export function useLikeTickets(fields: () => MatterFields, conversation: () => string | null) {
  const tickets = ref<LikeTicket[]>([]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function ask(): Promise<void> {
    const mine = ++asked;
    if (Object.keys(lacking(fields())).length > 0) return void (tickets.value = []);
    try {
      const found = await filing.like({ ...fields() }, conversation());
      if (mine === asked) tickets.value = found.tickets;
    } catch {
      // What is wrong with a field is told when it is filed; a hint that is missing stops nobody.
    }
  }

  function look(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), PAUSE_MS);
  }

  onBeforeUnmount(() => clearTimeout(timer));
  return { tickets, look };
}
