/** What the first view says in English, as one file to load. */
import { NOTICES } from './notices.ts'
import { PAGE } from './page.ts'

export const FIRST_VIEW = { ...PAGE, ...NOTICES }
