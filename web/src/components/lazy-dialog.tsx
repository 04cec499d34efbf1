/** The dialog, loaded when it is first opened, for the components of the first view. */
import { loadedWhenOpened } from './opened.tsx'

export const Dialog = loadedWhenOpened(() => import('./dialog.tsx'))
