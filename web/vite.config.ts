/**
 * Two builds: the page, which the API serves below /billing/; and with `--mode gallery` every component in every state,
 * with planted figures, for people and tests to look at. The build of the page contains nothing of the gallery.
 */
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { de } from '../src/texts/de.ts'
import { en } from '../src/texts/en.ts'

/** Messages of the catalogue that only others use: mail, and plain pages. */
const FOREIGN_MESSAGES = /^(mail|portal|sandbox|page|role)\./

/** Reduces the catalogue's two hundred messages to those that the page uses. */
function pageCatalogue(): Plugin {
  const languages = { en, de }
  return {
    name: 'page-catalogue',
    enforce: 'pre',
    load(file) {
      const language = /\/src\/texts\/(en|de)\.ts$/.exec(file)?.[1] as keyof typeof languages | undefined
      if (language === undefined) return null
      const said = Object.entries(languages[language]).filter(([id]) => !FOREIGN_MESSAGES.test(id))
      return `export const ${language} = ${JSON.stringify(Object.fromEntries(said))}`
    },
  }
}

export default defineConfig(({ mode }) => {
  const isGallery = mode === 'gallery'
  return {
    root: import.meta.dirname,
    base: isGallery ? '/' : '/billing/',
    plugins: [react(), pageCatalogue()],
    // The policy allows files of this origin and nothing inline: no code, styles or data.
    build: {
      outDir: join(import.meta.dirname, isGallery ? 'gallery-dist' : 'dist'),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: isGallery ? 1_000 : 500,
      // Only needed by browsers before 2023.
      modulePreload: { polyfill: false },
      target: 'es2023',
      manifest: 'manifest.json',
      rolldownOptions: {
        input: join(import.meta.dirname, isGallery ? 'gallery.html' : 'index.html'),
        // One chunk for the first view compresses better than several. In the gallery, top-level await would make
        // shared chunks
        // wait for each other.
        output: isGallery ? {} : { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
      },
    },
  }
})
