import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** One self-contained page: its styles are inlined, its only script is the widget the server serves. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  build: { outDir: "../dist/demo", emptyOutDir: true },
});
