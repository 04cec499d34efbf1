/** What the first view says in German, as one file to load: the catalogue that mail speaks from too, and the page's own. */
import { de } from '../../../../src/texts/de.ts'
import { PAGE } from './page.ts'

export const FIRST_VIEW = { ...de, ...PAGE }
