/** Keeps Tab inside `box` while it covers the whole screen: what lies behind can't be seen, so it can't be reached. */
export function trapFocus(event: KeyboardEvent, box: HTMLElement): void {
  const stops = Array.from(
    box.querySelectorAll<HTMLElement>("a[href], button:not([disabled]), textarea, summary, [tabindex='0']"),
  ).filter((element) => element.getClientRects().length > 0);
  const first = stops[0];
  const last = stops[stops.length - 1];
  const here = (box.getRootNode() as Document | ShadowRoot).activeElement;
  if (!first || !last) return;
  if (event.shiftKey && (here === first || here === null)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && here === last) {
    event.preventDefault();
    first.focus();
  }
}
