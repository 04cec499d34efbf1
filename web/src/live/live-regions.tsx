/** The page's two live regions, empty until something happens, and its announcer. */
import type { ReactNode } from 'react'
import { type Announcer, createAnnouncer } from './announcer.ts'
import { later } from './later.ts'

let polite: HTMLElement | null = null
let assertive: HTMLElement | null = null

const announcer = createAnnouncer({
  say: (text) => write(polite, text),
  alert: (text) => write(assertive, text),
  nowMs: () => performance.now(),
  later,
})

export function useAnnouncer(): Announcer {
  return announcer
}

export function LiveRegions({ children }: { children?: ReactNode }) {
  return (
    <>
      {children}
      <div
        className="visually-hidden"
        role="status"
        ref={(region) => {
          polite = region
        }}
      />
      <div
        className="visually-hidden"
        role="alert"
        ref={(region) => {
          assertive = region
        }}
      />
    </>
  )
}

function write(region: HTMLElement | null, text: string): void {
  if (region !== null) region.textContent = text
}
