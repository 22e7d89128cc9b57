/**
 * Prints a page of this site: it is loaded into a frame that nobody sees, and the browser's own dialog prints it or keeps it as
 * PDF. The page itself runs no script.
 *
 * @throws Error when the page can't be had.
 */
export function printPage(address: string, title: string): Promise<void> {
  document.querySelector("iframe.printing")?.remove();
  const frame = document.createElement("iframe");
  frame.className = "printing";
  frame.title = title;
  frame.setAttribute("aria-hidden", "true");
  frame.tabIndex = -1;
  // It must have a size: some browsers print nothing of a frame that is not displayed.
  frame.style.cssText = "position:fixed;left:-10000px;top:0;width:800px;height:600px;border:0";
  return new Promise((done, failed) => {
    frame.onload = () => {
      const sheet = frame.contentWindow;
      // An error of the server is no sheet: it has another title, or none.
      if (!sheet || !frame.contentDocument?.title.startsWith("工单")) {
        frame.remove();
        failed(new Error("no sheet"));
        return;
      }
      sheet.focus();
      sheet.print();
      done();
    };
    frame.onerror = () => failed(new Error("no sheet"));
    frame.src = address;
    document.body.append(frame);
  });
}
