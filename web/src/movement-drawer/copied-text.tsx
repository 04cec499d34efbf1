/** An id with a copy button. If the browser denies the clipboard, the id is selected for copying by hand. */
import { useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { useWords } from '../texts/words.tsx'

export function CopiedText({ text, about }: { text: string; about: string }) {
  const { t } = useWords()
  const shown = useRef<HTMLElement>(null)
  const [said, setSaid] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid(t('movement.copied'))
    } catch {
      if (shown.current !== null) getSelection()?.selectAllChildren(shown.current)
      setSaid(t('movement.selected'))
    }
  }
  return (
    <div className="copied">
      <code ref={shown} className="copied-text">
        {text}
      </code>
      <Button onClick={() => void copy()} label={`${t('movement.copy')}: ${about}`}>
        {t('movement.copy')}
      </Button>
      <p className="copied-said muted" role="status">
        {said}
      </p>
    </div>
  )
}
