/** Notices in their places: the banner above all, the others each in the card that it is about. */
import { Banner, InlineNotice, type NoticeProps } from '../components/notice.tsx'
import type { TextId } from '../texts/ids.ts'
import { useWords, type Words } from '../texts/words.tsx'
import type { CreditActions, Notice, NoticeAction, Placement } from './data.ts'
import { noticeWords } from './notice-words.ts'

const LABELS: Readonly<Record<NoticeAction, TextId>> = {
  add_credit: 'action.addCredit',
  pay_with_another_card: 'action.payWithAnotherCard',
  approve_payment: 'action.approvePayment',
  use_another_card: 'action.useAnotherCard',
  resume: 'action.resume',
  change_payment_method: 'action.changePaymentMethod',
  add_payment_method: 'action.addPaymentMethod',
  raise_cap: 'action.raiseCap',
  see_what_used_it: 'action.seeWhatUsedIt',
  set_up_auto_top_up: 'action.setUpAutoTopUp',
  edit_auto_top_up: 'action.editAutoTopUp',
}

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

function propsOf(notice: Notice, words: Words, currency: string, actions: CreditActions): NoticeProps {
  const { t, list } = words
  const { onDismiss, onNotice = {} } = actions
  const acts = notice.actions.flatMap((action) => {
    const act = onNotice[action]
    return act === undefined ? [] : [{ label: t(LABELS[action]), onClick: () => act(notice) }]
  })
  const isDismissed = notice.is_dismissible && onDismiss !== undefined
  return {
    severity: notice.severity,
    ...noticeWords(notice, words, currency),
    acts,
    ask: notice.ask_admins.length === 0 ? null : t('page.askAdmin', { names: list(notice.ask_admins) }),
    onDismiss: isDismissed ? () => onDismiss(notice) : undefined,
  }
}
