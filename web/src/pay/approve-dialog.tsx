/** On the way to the bank: in this tab automatically, from a frame by a link. */
import { LinkButton } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { useWords } from '../texts/words.tsx'
import { isEmbedded, linkTarget } from './leave.ts'
import { PayMessage } from './pay-message.tsx'

export interface ApproveDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isSandbox: boolean
  /** Null while it is being requested. */
  readonly url: string | null
  readonly fault: string | null
}

export default function ApproveDialog({ isOpen, onClose, isSandbox, url, fault }: ApproveDialogProps) {
  const { t } = useWords()
  return (
    <Dialog
      title={t('action.approve_payment')}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      footer={
        url === null ? null : (
          <LinkButton href={url} target={linkTarget()}>
            {t('action.approve_payment')}
          </LinkButton>
        )
      }
    >
      {fault === null ? <p>{t(isEmbedded() ? 'pay.approveBody' : 'pay.approveGoing')}</p> : null}
      {fault === null ? null : <PayMessage tone="critical" title={fault} />}
    </Dialog>
  )
}
