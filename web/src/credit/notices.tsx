/** Notices in their places: the banner above all, the others each in the card that it is about. */
import { noticeText } from '../../../src/texts/notice-text.ts'
import { Banner, InlineNotice, type NoticeProps } from '../components/notice.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import type { CreditActions, Notice, Placement } from './data.ts'

interface NoticesProps {
  readonly notices: readonly Notice[]
  readonly currency: string
  readonly actions: CreditActions
}

/** The gravest; a new account has a checklist in its place. */
export function bannerOf(notices: readonly Notice[]): Notice | null {
  return notices.find(({ is_banner, key }) => is_banner && key !== 'never_topped_up') ?? null
}

export function NoticeBanner({ notice, currency, actions }: Omit<NoticesProps, 'notices'> & { notice: Notice }) {
  return <Banner {...propsOf(notice, useWords(), currency, actions)} />
}

export function NoticesAt({ placement, notices, currency, actions }: NoticesProps & { placement: Placement }) {
  const words = useWords()
  const banner = bannerOf(notices)
  const here = notices.filter(
    (notice) => notice.placement === placement && notice !== banner && notice.key !== 'never_topped_up',
  )
  if (here.length === 0) return null
  return (
    <div className="inline-notices">
      {here.map((notice) => (
        <InlineNotice key={`${notice.key} ${notice.occurrence}`} {...propsOf(notice, words, currency, actions)} />
      ))}
    </div>
  )
}

/** What it says, in the words that mail has for the same. */
export function noticeWords(notice: Notice, { catalogue, timeZone }: Words, currency: string) {
  // Whom it is for shows in itself: a member has no action, and somebody to ask.
  const role = notice.ask_admins.length > 0 ? 'member' : 'admin'
  return noticeText(catalogue, notice, { role, timeZone, currency })
}

function propsOf(notice: Notice, words: Words, currency: string, actions: CreditActions): NoticeProps {
  const { onDismiss, onNotice = {} } = actions
  const { title, body, actions: possible } = noticeWords(notice, words, currency)
  const acts = possible.flatMap(({ action, label }) => {
    const act = onNotice[action]
    return act === undefined ? [] : [{ label, onClick: () => act(notice) }]
  })
  const canDismiss = notice.is_dismissible && onDismiss !== undefined
  return {
    severity: notice.severity,
    title,
    body,
    acts,
    onDismiss: canDismiss ? () => onDismiss(notice) : undefined,
  }
}
