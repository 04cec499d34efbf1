/** What the first view says in German, as one file to load. */
import { NOTICES } from './notices.ts'
import { PAGE } from './page.ts'

export const FIRST_VIEW = { ...PAGE, ...NOTICES }
