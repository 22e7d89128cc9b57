import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** One classic script with its styles inside; old WebViews on citizens' phones are served too. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  build: {
    target: "es2019",
    outDir: "../dist/widget",
    emptyOutDir: true,
    lib: { entry: "main.ts", formats: ["iife"], name: "WenbanWidget", fileName: () => "widget.js" },
  },
});
