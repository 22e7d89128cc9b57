import { readConfig } from "./config";
import { Widget } from "./widget";

declare global {
  interface Window {
    /** For the host page's own buttons; `data-wenban-open` and `data-wenban-ask` need no script at all. */
    Wenban?: { open: () => void; close: () => void; ask: (question: string) => void };
  }
}

// Only readable while the script itself runs, so it is read before anything waits.
const script = document.currentScript instanceof HTMLScriptElement
  ? document.currentScript
  : document.querySelector<HTMLScriptElement>('script[src*="widget.js"]');

function begin(): void {
  // A page that includes the script twice still gets one button.
  if (window.Wenban) return;
  const widget = new Widget(readConfig(script, location.href));
  widget.mount();
  window.Wenban = {
    open: () => widget.show(),
    close: () => widget.hide(),
    ask: (question) => widget.ask(question),
  };
}

if (document.body) begin();
else document.addEventListener("DOMContentLoaded", begin, { once: true });
