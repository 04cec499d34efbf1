/** Places notices: the banner on top, the others in the cards they concern. */
import { noticeText } from '../../../src/texts/notice-text.ts'
import { Banner, InlineNotice, type NoticeProps } from '../components/notice.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import type { CreditActions, Notice, Placement } from './data.ts'

interface NoticesProps {
  readonly notices: readonly Notice[]
  readonly currency: string
  readonly actions: CreditActions
}

/** The notice for the banner; a new account has a checklist instead. */
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

/** The text of a notice; mail uses the same words. */
export function noticeWords(notice: Notice, { catalogue, timeZone }: Words, currency: string) {
  // Only members are told whom to ask.
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
