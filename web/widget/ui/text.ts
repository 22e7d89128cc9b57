import { harden, safeUrl } from "../../shared/sanitize";
import { h } from "./dom";

// Chinese punctuation and characters end an address: 「见https://a.cn/b，谢谢」.
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+;=%]+/g;

/** Plain text as nodes, with http(s) addresses made into links. Nothing else is interpreted. */
export function linked(text: string): Node[] {
  const nodes: Node[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[.,;:!?)\]]+$/, "");
    const url = safeUrl(address);
    if (!url) continue;
    if (match.index > from) nodes.push(document.createTextNode(text.slice(from, match.index)));
    const link = h("a", { href: url }, address);
    harden(link);
    nodes.push(link);
    from = match.index + address.length;
  }
  if (from < text.length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}
