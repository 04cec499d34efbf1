/** The ids of the page's texts, taken from the English ones. The compiler checks the other languages against them. */
import type { TextId as CatalogueTextId } from '../../../src/texts/texts.ts'
import type { CHARTS } from './en/charts.ts'
import type { DIALOGS } from './en/dialogs.ts'
import type { EXPORT } from './en/export.ts'
import type { HISTORY } from './en/history.ts'
import type { LIVE } from './en/live.ts'
import type { MOVEMENT } from './en/movement.ts'
import type { MOVEMENTS } from './en/movements.ts'
import type { PAGE } from './en/page.ts'
import type { PAY } from './en/pay.ts'

type TextsLike<Texts> = Readonly<Record<keyof Texts, string>>

export type PageTexts = TextsLike<typeof PAGE>
export type HistoryTexts = TextsLike<typeof HISTORY>
export type LiveTexts = TextsLike<typeof LIVE>
export type DialogTexts = TextsLike<typeof DIALOGS>
export type MovementTexts = TextsLike<typeof MOVEMENT>
export type MovementsTexts = TextsLike<typeof MOVEMENTS>

export type ChartsTexts = TextsLike<typeof CHARTS>

export type PayTexts = TextsLike<typeof PAY>
export type ExportTexts = TextsLike<typeof EXPORT>

/**
 * Areas of texts, each loaded with its code. `history`: below the tabs; `pay`: dialogs that move money and cards;
 * `dialogs`: those of other settings, and the checklist; `live`: changes while the page is open; `charts`: the charts;
 * `movements`: their filters; `movement`: the drawer; `export`: the export dialog.
 */
export type Area = 'page' | 'charts' | 'history' | 'movements' | 'movement' | 'pay' | 'dialogs' | 'live' | 'export'

/** The part of the shared catalogue that the build keeps (vite.config.ts). */
type SharedTextId = Exclude<CatalogueTextId, `${'mail' | 'portal' | 'sandbox' | 'page' | 'role'}.${string}`>

export type TextId =
  | SharedTextId
  | keyof PageTexts
  | keyof ChartsTexts
  | keyof HistoryTexts
  | keyof PayTexts
  | keyof LiveTexts
  | keyof DialogTexts
  | keyof ExportTexts
  | keyof MovementsTexts
  | keyof MovementTexts

export type Texts = Readonly<Partial<Record<TextId, string>>>
