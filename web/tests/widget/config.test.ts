import { describe, expect, it } from "vitest";
import { readConfig } from "../../widget/config";

const PAGE = "https://www.city.example.com/service/index.html";

function script(attributes: Record<string, string>): HTMLScriptElement {
  const element = document.createElement("script");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

describe("readConfig", () => {
  it("finds the server where the script came from, not where the page is", () => {
    expect(readConfig(script({ src: "https://hotline.example.com/widget.js?v=3" }), PAGE).host)
      .toBe("https://hotline.example.com");
  });

  it("reads title, side and suggestions", () => {
    const config = readConfig(script({
      src: "https://hotline.example.com/widget.js", "data-title": " 淮南问办 ", "data-position": "left",
      "data-suggestions": "居住证怎么办|| 医保缴费 ",
    }), PAGE);
    expect(config).toEqual({
      host: "https://hotline.example.com", title: "淮南问办", position: "left", suggestions: ["居住证怎么办", "医保缴费"],
    });
  });

  it("falls back to sense where attributes are wrong or missing", () => {
    expect(readConfig(script({ src: "https://a.example.com/widget.js", "data-host": "javascript:alert(1)",
                               "data-position": "middle", "data-title": " " }), PAGE))
      .toEqual({ host: "https://a.example.com", title: "12345 智能助手", position: "right", suggestions: null });
    expect(readConfig(null, PAGE).host).toBe("https://www.city.example.com");
  });
});
