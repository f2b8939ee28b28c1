import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // MapLibre alone is over Vite's default limit.
    chunkSizeWarningLimit: 2000,
  },
});
