/**
 * Two builds: the page, for the API to serve below /billing/, and with `--mode gallery` every component and state of it with
 * planted figures, for people and tests to look at. The page's build holds nothing of the gallery.
 */
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { de } from '../src/texts/de.ts'
import { en } from '../src/texts/en.ts'

/** What of the catalogue others say: mail, and the plain pages around this one. */
const OF_OTHERS = /^(mail|portal|sandbox|page|role)\./

/** The catalogue as the page carries it: of two hundred messages, those that it may say. */
function pageCatalogue(): Plugin {
  const languages = { en, de }
  return {
    name: 'page-catalogue',
    enforce: 'pre',
    load(file) {
      const language = /\/src\/texts\/(en|de)\.ts$/.exec(file)?.[1] as keyof typeof languages | undefined
      if (language === undefined) return null
      const said = Object.entries(languages[language]).filter(([id]) => !OF_OTHERS.test(id))
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
      rolldownOptions: {
        input: join(import.meta.dirname, isGallery ? 'gallery.html' : 'index.html'),
        // The first view in one piece compresses better than in several, whatever is shared with what comes later. The
        // gallery waits for what it loads later, which must not wait for it.
        output: isGallery ? {} : { codeSplitting: { groups: [{ name: 'page', tags: ['$initial'] }] } },
      },
    },
  }
})
