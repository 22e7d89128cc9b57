import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import elementPlus from "unplugin-element-plus/vite";
import { defineConfig } from "vite";

/** Where `npm run dev` finds the running app. */
const app = process.env.WENBAN_APP_URL ?? "http://127.0.0.1:8012";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/desk/",
  // Element Plus components are imported by name; the plugin adds the styles of just those.
  plugins: [vue(), elementPlus({})],
  build: { target: "es2020", outDir: "../dist/desk", emptyOutDir: true, chunkSizeWarningLimit: 700 },
  server: { proxy: { "/api": { target: app, ws: true } } },
});
