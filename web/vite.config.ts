/**
 * Two builds: the page, for the API to serve below /billing/, and with `--mode gallery` every component and state of it with
 * planted figures, for people and tests to look at. The page's build holds nothing of the gallery.
 */
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig(({ mode }) => {
  const isGallery = mode === 'gallery'
  return {
    root: import.meta.dirname,
    base: isGallery ? '/' : '/billing/',
    plugins: [react()],
    // The policy allows what this origin serves, and nothing inline: neither code nor styles nor data.
    build: {
      outDir: join(import.meta.dirname, isGallery ? 'gallery-dist' : 'dist'),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: isGallery ? 1_000 : 500,
      // For browsers of before 2023.
      modulePreload: { polyfill: false },
      target: 'es2023',
      manifest: 'manifest.json',
      rolldownOptions: { input: join(import.meta.dirname, isGallery ? 'gallery.html' : 'index.html') },
    },
  }
})
