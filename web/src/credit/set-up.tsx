/** The checklist of a new account, in place of the banner: what is done, and the next step. */
import { Button } from '../components/button.tsx'
import { Icon } from '../components/icon.tsx'
import type { TextId } from '../texts/ids.ts'
import { MoreWords, useWords } from '../texts/words.tsx'
import type { CreditActions, NoticeOf } from './data.ts'

export interface SetUpProps {
  readonly notice: NoticeOf<'never_topped_up'>
  readonly actions: Pick<CreditActions, 'onAddMethod' | 'onAddCredit' | 'onSetUpAutoTopUp'>
}

interface Step {
  readonly title: TextId
  readonly text: TextId
  readonly isDone: boolean
  readonly onClick: (() => void) | undefined
}

export default function SetUp(props: SetUpProps) {
  return (
    <MoreWords area="dialogs">
      <Steps {...props} />
    </MoreWords>
  )
}

function Steps({ notice, actions }: SetUpProps) {
  const { t } = useWords()
  const { has_method, is_auto_top_up_on } = notice.figures
  const steps: readonly Step[] = [
    { title: 'action.add_payment_method', text: 'setUp.methodText', isDone: has_method, onClick: actions.onAddMethod },
    { title: 'action.add_credit', text: 'setUp.creditText', isDone: false, onClick: actions.onAddCredit },
    {
      title: 'action.set_up_auto_top_up',
      text: 'setUp.autoText',
      isDone: is_auto_top_up_on,
      onClick: actions.onSetUpAutoTopUp,
    },
  ]
  const next = steps.findIndex(({ isDone }) => !isDone)
  return (
    <section className="set-up card" aria-labelledby="set-up">
      <h3 id="set-up">{t('notice.never_topped_up.title')}</h3>
      <ol>
        {steps.map(({ title, text, isDone, onClick }, at) => (
          <li key={title} className="set-up-step">
            <span className={`set-up-mark ${isDone ? 'tone-success' : ''}`}>
              {isDone ? <Icon name="check" /> : <span aria-hidden="true">{at + 1}</span>}
            </span>
            <div className="set-up-text">
              <p className="set-up-title">
                {t(title)}
                {isDone ? <span className="visually-hidden">, {t('setUp.done')}</span> : null}
              </p>
              <p className="muted">{t(text)}</p>
            </div>
            {isDone || onClick === undefined ? null : (
              <Button kind={at === next ? 'primary' : 'secondary'} onClick={onClick}>
                {t(title)}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
