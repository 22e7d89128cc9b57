import { reactive } from "vue";
import { api } from "../api/desk";
import type { Department } from "../api/types";

interface Choices {
  departments: Department[];
  /** Names as `一级/二级`. */
  categories: string[];
  districts: string[];
}

/** What can be chosen in filters and forms. */
export const choices = reactive<Choices>({ departments: [], categories: [], districts: [] });

let asked: Promise<void> | null = null;

/** Asks once for what can be chosen. A failure is no end of the page: the lists stay empty, and the next page asks again. */
export function loadChoices(): Promise<void> {
  asked ??= api.departments().then((answer) => {
    Object.assign(choices, answer);
  }).catch(() => {
    asked = null;
  });
  return asked;
}

/** The ids of departments with these names. */
export function idsOf(names: readonly string[]): string[] {
  return names.flatMap((name) => choices.departments.find((one) => one.name === name)?.id ?? []);
}

/** After signing out, the next account asks for itself. */
export function forgetChoices(): void {
  asked = null;
  Object.assign(choices, { departments: [], categories: [], districts: [] });
}
