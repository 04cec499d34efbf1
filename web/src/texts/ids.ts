/** Which texts there are: as English has them. The other languages have the same, which the compiler holds them to. */
import type { TextId as CatalogueTextId } from '../../../src/texts/texts.ts'
import type { DIALOGS } from './en/dialogs.ts'
import type { HISTORY } from './en/history.ts'
import type { LIVE } from './en/live.ts'
import type { PAGE } from './en/page.ts'

type TextsLike<Texts> = Readonly<Record<keyof Texts, string>>

export type PageTexts = TextsLike<typeof PAGE>
export type HistoryTexts = TextsLike<typeof HISTORY>
export type LiveTexts = TextsLike<typeof LIVE>
export type DialogTexts = TextsLike<typeof DIALOGS>

/** `history`: what is below the tabs; `dialogs`: those of the settings; `live`: of what changes while it is looked at. */
export type Area = 'page' | 'history' | 'dialogs' | 'live'

/** Of the catalogue, what the build leaves in (vite.config.ts). */
type SharedTextId = Exclude<CatalogueTextId, `${'mail' | 'portal' | 'page' | 'role'}.${string}`>

export type TextId = SharedTextId | keyof PageTexts | keyof HistoryTexts | keyof LiveTexts | keyof DialogTexts

export type Texts = Readonly<Partial<Record<TextId, string>>>
