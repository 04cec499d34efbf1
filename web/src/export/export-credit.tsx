/** The export button, for those who may export; its dialog loads when opened. */
import { type Ref, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { loadedWhenOpened } from '../components/opened.tsx'
import type { Session } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import { isAskedFor, takeFromAddress } from './address.ts'
import './export-credit.css'

const ExportOpened = loadedWhenOpened(() => import('./export-opened.tsx'), ['export'])

export interface ExportCreditProps {
  readonly session: Session
}

export function ExportCredit({ session }: ExportCreditProps) {
  const button = useRef<HTMLButtonElement>(null)
  const [isByAddress, setIsByAddress] = useState(() => isAskedFor(location.search))
  const [isOpen, setIsOpen] = useState(isByAddress)
  // Each opening starts over; the dialog stays mounted while it fades out.
  const [openings, setOpenings] = useState(0)
  return (
    <>
      <ExportButton
        ref={button}
        onClick={() => {
          setIsByAddress(false)
          setOpenings(openings + 1)
          setIsOpen(true)
        }}
      />
      <ExportOpened
        key={openings}
        isOpen={isOpen}
        onClose={() => {
          takeFromAddress()
          setIsOpen(false)
        }}
        session={session}
        showsNewest={isByAddress}
        returnsTo={() => button.current}
      />
    </>
  )
}

interface ExportButtonProps {
  readonly onClick: () => void
  readonly ref?: Ref<HTMLButtonElement>
}

export function ExportButton({ onClick, ref = null }: ExportButtonProps) {
  const { t } = useWords()
  return (
    <div className="export-credit">
      <Button ref={ref} onClick={onClick}>
        {t('export.open')}
      </Button>
    </div>
  )
}
