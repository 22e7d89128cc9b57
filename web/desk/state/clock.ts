import { onScopeDispose, ref, type Ref } from "vue";

const now = ref(Date.now());
/** The present moment in milliseconds, as long as something on the page uses {@link useNow}. */
export const present: Readonly<Ref<number>> = now;
let users = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The present moment in milliseconds, ticking once a second; one timer serves the whole page. */
export function useNow(): Ref<number> {
  users += 1;
  now.value = Date.now();
  timer ??= setInterval(() => {
    now.value = Date.now();
  }, 1000);
  onScopeDispose(() => {
    users -= 1;
    if (users === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  });
  return now;
}
