import { reactive } from "vue";
import { api } from "../api/desk";
import type { AgentState } from "../api/types";

/** The agent's own state, as the server judges it, and as it was chosen. */
export const presence = reactive<{ state: AgentState; chosen: AgentState }>({ state: "online", chosen: "online" });

/** The server told the state. */
export function tellState(state: AgentState, chosen: AgentState): void {
  Object.assign(presence, { state, chosen });
}

/** Chooses a state; throws when the server can't be reached. */
export async function choosePresence(state: AgentState): Promise<void> {
  const now = await api.choosePresence(state);
  tellState(now.state, now.chosen);
}
