/** The dialog, for what of the first view opens one by itself. */
import { loadedWhenOpened } from './opened.tsx'

export const Dialog = loadedWhenOpened(() => import('./dialog.tsx'))
