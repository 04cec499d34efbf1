/** Texts of the first view in German, in one file to load: the shared catalogue and the page's own. */
import { de } from '../../../../src/texts/de.ts'
import { PAGE } from './page.ts'

export const FIRST_VIEW = { ...de, ...PAGE }
