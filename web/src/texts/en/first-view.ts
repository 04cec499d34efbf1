/** What the first view says in English, as one file to load: the catalogue that mail speaks from too, and the page's own. */
import { en } from '../../../../src/texts/en.ts'
import { PAGE } from './page.ts'

export const FIRST_VIEW = { ...en, ...PAGE }
