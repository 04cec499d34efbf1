/** The two places of the page that screen readers watch, empty until something happens. */
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { type Announcer, createAnnouncer } from './announcer.ts'

const AnnouncerContext = createContext<Announcer | null>(null)

export function useAnnouncer(): Announcer {
  const announcer = useContext(AnnouncerContext)
  if (announcer === null) throw new TypeError('useAnnouncer outside of LiveRegions')
  return announcer
}

export function LiveRegions({ children }: { children: ReactNode }) {
  const polite = useRef<HTMLDivElement>(null)
  const assertive = useRef<HTMLDivElement>(null)
  const [announcer] = useState(() =>
    createAnnouncer({
      say: (text) => write(polite.current, text),
      alert: (text) => write(assertive.current, text),
      nowMs: () => performance.now(),
      later: (work, ms) => {
        const timer = setTimeout(work, ms)
        return () => clearTimeout(timer)
      },
    }),
  )
  useEffect(() => () => announcer.stop(), [announcer])
  return (
    <AnnouncerContext value={announcer}>
      {children}
      <div className="visually-hidden" role="status" ref={polite} />
      <div className="visually-hidden" role="alert" ref={assertive} />
    </AnnouncerContext>
  )
}

function write(region: HTMLDivElement | null, text: string): void {
  if (region !== null) region.textContent = text
}
