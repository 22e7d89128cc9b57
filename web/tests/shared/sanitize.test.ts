import { describe, expect, it } from "vitest";
import { safeUrl, sanitize } from "../../shared/sanitize";

function clean(html: string): string {
  const box = document.createElement("div");
  box.append(sanitize(html));
  return box.innerHTML;
}

describe("sanitize", () => {
  it("keeps what an answer is made of", () => {
    const html = "<h4>材料</h4><ol start=\"2\"><li><strong>身份证</strong></li></ol>"
      + "<table><tbody><tr><th colspan=\"2\">地点</th></tr><tr><td>窗口</td><td>8:00</td></tr></tbody></table>";
    expect(clean(html)).toBe(html);
  });

  it.each([
    ["scripts", "<p>好</p><script>window.hit = 1</script>"],
    ["event handlers", "<p onclick=\"window.hit = 1\">好</p>"],
    ["images and their handlers", "<p>好</p><img src=x onerror=\"window.hit = 1\">"],
    ["svg", "<svg onload=\"window.hit = 1\"><a xlink:href=\"javascript:window.hit = 1\"></a></svg><p>好</p>"],
    ["frames and forms", "<iframe src=\"https://e.example\"></iframe><form action=\"//e\"><input name=a></form><p>好</p>"],
    ["styles and ids", "<p style=\"position:fixed\" id=\"app\" class=\"x\" data-a=\"b\">好</p><style>p{}</style>"],
  ])("drops %s", (_, html) => {
    const result = clean(html);
    expect(result).toContain("好");
    expect(result).not.toMatch(/<(script|img|svg|iframe|form|input|style|math)|\bon\w+=|style=|id=|class=|data-|javascript:/i);
    expect((window as unknown as { hit?: number }).hit).toBeUndefined();
  });

  it("is not led astray by namespaces that parse differently the second time", () => {
    const html = "<form><math><mtext></form><form><mglyph><style></math><img src onerror=\"window.hit=1\"></style></mglyph>";
    expect(clean(html)).not.toMatch(/<img|onerror|<style|<math/i);
    expect((window as unknown as { hit?: number }).hit).toBeUndefined();
  });

  it("opens links outside the page without opener or referrer, and turns dangerous ones into text", () => {
    expect(clean("<a href=\"https://www.example.gov.cn/a\" target=\"_self\" rel=\"x\">依据</a>"))
      .toBe("<a href=\"https://www.example.gov.cn/a\" target=\"_blank\" rel=\"noopener noreferrer\">依据</a>");
    for (const href of ["javascript:alert(1)", "JaVaScRiPt&colon;alert(1)", "data:text/html,x", "vbscript:x", "java\tscript:x"]) {
      expect(clean(`<p><a href="${href}">点我</a></p>`)).toBe("<p>点我</p>");
    }
  });
});

describe("safeUrl", () => {
  it("lets http and https through and nothing else", () => {
    expect(safeUrl("https://www.example.gov.cn/a?b=1")).toBe("https://www.example.gov.cn/a?b=1");
    for (const url of ["javascript:alert(1)", "data:text/html,x", "/relative", "", null, undefined]) {
      expect(safeUrl(url)).toBeNull();
    }
  });
});
