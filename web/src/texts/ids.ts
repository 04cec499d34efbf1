/** Which texts there are: as English has them. The other languages have the same, which the compiler holds them to. */
import type { TextId as CatalogueTextId } from '../../../src/texts/texts.ts'
import type { HISTORY } from './en/history.ts'
import type { PAGE } from './en/page.ts'
import type { PAY } from './en/pay.ts'

type TextsLike<Texts> = Readonly<Record<keyof Texts, string>>

export type PageTexts = TextsLike<typeof PAGE>
export type HistoryTexts = TextsLike<typeof HISTORY>

export type PayTexts = TextsLike<typeof PAY>

/** `history`: what is below the tabs; `pay`: the dialogs that move money and cards. */
export type Area = 'page' | 'history' | 'pay'

/** Of the catalogue, what the build leaves in (vite.config.ts). */
type SharedTextId = Exclude<CatalogueTextId, `${'mail' | 'portal' | 'page' | 'role'}.${string}`>

export type TextId = SharedTextId | keyof PageTexts | keyof HistoryTexts | keyof PayTexts

export type Texts = Readonly<Partial<Record<TextId, string>>>
