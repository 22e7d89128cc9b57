import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [vue()],
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/support/setup.ts"],
    testTimeout: 15_000,
    // Real sockets and timers: one file at a time keeps slow machines from missing deadlines.
    fileParallelism: false,
    restoreMocks: true,
  },
});
