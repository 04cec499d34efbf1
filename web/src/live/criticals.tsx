/** Announces critical notices that appear while the page is open. */
import { useEffect } from 'react'
import type { Notice } from '../credit/data.ts'
import { noticeWords } from '../credit/notices.tsx'
import { useWords } from '../texts/words.tsx'
import { useAnnouncer } from './live-regions.tsx'

export function Criticals({ notices, currency }: { notices: readonly Notice[]; currency: string }) {
  const announcer = useAnnouncer()
  const words = useWords()
  useEffect(() => {
    const criticals = notices.filter(({ severity }) => severity === 'critical')
    announcer.criticals(
      new Map(
        criticals.map((notice) => {
          const { title, body } = noticeWords(notice, words, currency)
          return [`${notice.key} ${notice.occurrence}`, { kind: `${notice.key} ${title}`, text: `${title} ${body}` }]
        }),
      ),
    )
  }, [announcer, notices, words, currency])
  return null
}
