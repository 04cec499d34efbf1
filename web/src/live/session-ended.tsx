/** Says that the session has ended; entries stay visible, and a link leads back in. */
import { useEffect } from 'react'
import { Banner } from '../components/notice.tsx'
import type { Session } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import { useAnnouncer } from './live-regions.tsx'

export function SessionEnded({ session: { product, dashboard_url } }: { session: Session }) {
  const { t } = useWords()
  const announcer = useAnnouncer()
  const text = t('live.sessionEnded', { product })
  useEffect(() => announcer.criticals(new Map([['session_ended', { kind: 'session_ended', text }]])), [announcer, text])
  const back = { label: t('page.back', { product }), onClick: () => void open(dashboard_url, '_top') }
  return <Banner severity="warning" title={text} body="" acts={[back]} />
}
