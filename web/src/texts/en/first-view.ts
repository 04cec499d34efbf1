/** Texts of the first view in English, in one file to load: the shared catalogue and the page's own. */
import { en } from '../../../../src/texts/en.ts'
import { PAGE } from './page.ts'

export const FIRST_VIEW = { ...en, ...PAGE }
