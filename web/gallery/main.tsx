/**
 * The gallery shows one state at a time, by the address: `?state=page-low&locale=de-DE&brand=%23ffd400`; without a
 * state, the list of them. Time and zone are fixed, so that pictures can be compared.
 */
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { showBrand } from '../src/design/show-brand.ts'
import { LiveRegions } from '../src/live/live-regions.tsx'
import { loadTexts } from '../src/texts/texts.ts'
import { WordsProvider } from '../src/texts/words.tsx'
import '../../src/look/tokens.css'
import '../../src/look/base.css'
import '../src/credit/credit-page.css'
import './gallery.css'
import { CHARTS } from './charts.tsx'
import { DIALOGS } from './dialogs.tsx'
import { DRAWERS } from './drawers.tsx'
import { EXPORTS } from './exports.tsx'
import { MOVEMENT_STATES } from './movements.tsx'
import { PAGES } from './pages.tsx'
import { PARTS } from './parts.tsx'
import { PAYMENTS } from './payments.tsx'
import { NOW } from './planted.ts'

/** Shown without the rest of the page. */
const SHOWN_ALONE: Readonly<Record<string, () => React.ReactNode>> = {
  ...PARTS,
  ...PAYMENTS,
  ...DIALOGS,
  ...CHARTS,
  ...EXPORTS,
  ...MOVEMENT_STATES,
  ...DRAWERS,
}

const query = new URLSearchParams(location.search)
const state = query.get('state')
const locale = query.get('locale') ?? 'en-IE'
const Page = state === null ? undefined : PAGES[state]
const Part = state === null ? undefined : SHOWN_ALONE[state]

showBrand(document.documentElement, query.get('brand') ?? (state === 'page-large' ? '#ffd400' : '#1f5fd6'))

function Shown() {
  if (Page) return <Page />
  if (Part) {
    return (
      <main className="page" data-part>
        <h1 className="visually-hidden">{state}</h1>
        <h2 className="visually-hidden">{state}</h2>
        <Part />
      </main>
    )
  }
  return (
    <main className="page">
      <h1>Gallery</h1>
      <ul className="gallery-stack" id="states">
        {[...Object.keys(PAGES), ...Object.keys(SHOWN_ALONE)].map((name) => (
          <li key={name}>
            <a href={`?state=${name}&locale=${locale}`}>{name}</a>
          </li>
        ))}
      </ul>
    </main>
  )
}

// Everything that the page loads later is loaded now, so that states are complete at once.
await Promise.all([
  loadTexts(locale, 'page'),
  loadTexts(locale, 'history'),
  loadTexts(locale, 'charts'),
  loadTexts(locale, 'pay'),
  loadTexts(locale, 'dialogs'),
  loadTexts(locale, 'export'),
  loadTexts(locale, 'movements'),
  loadTexts(locale, 'live'),
  loadTexts(locale, 'movement'),
  import('../src/components/dialog.tsx'),
  import('../src/credit/set-up.tsx'),
  import('../src/movements/filter-panel.tsx'),
  import('../src/credit/alerts-dialog.tsx'),
  import('../src/credit/turn-off-dialog.tsx'),
])

createRoot(document.getElementById('page')!).render(
  <StrictMode>
    <Suspense fallback={null}>
      <WordsProvider options={{ locale, timeZone: 'Europe/Berlin', now: () => new Date(NOW) }}>
        <LiveRegions>
          <Shown />
        </LiveRegions>
      </WordsProvider>
    </Suspense>
  </StrictMode>,
)
