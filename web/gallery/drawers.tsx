/** The drawer, for every kind of movement and every state. */
import { useState } from 'react'
import { Button } from '../src/components/button.tsx'
import type { ExplainedMovement, ReadMovement } from '../src/credit/data.ts'
import MovementDrawer from '../src/movement-drawer/movement-drawer.tsx'
import { MoreWords } from '../src/texts/words.tsx'
import { EXPLAINED, readMovement } from './planted-explanations.ts'

const never = () => new Promise<never>(() => undefined)

function Drawer({ movement, read }: { movement: ExplainedMovement; read?: ReadMovement }) {
  const [isOpen, setIsOpen] = useState(true)
  const readThis: ReadMovement = async (sequence) =>
    sequence === movement.sequence ? movement : await readMovement(sequence)
  const [reading] = useState(() => read ?? readThis)
  return (
    <MoreWords area="history">
      <Button onClick={() => setIsOpen(true)}>Open</Button>
      <MovementDrawer movement={movement} read={reading} isOpen={isOpen} onClose={() => setIsOpen(false)} isSandbox />
    </MoreWords>
  )
}

const KINDS = Object.fromEntries(
  Object.entries(EXPLAINED).map(([name, movement]) => [
    `movement-${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    () => <Drawer movement={movement} />,
  ]),
)

async function failing(): Promise<never> {
  throw new TypeError('no answer')
}

export const DRAWERS: Readonly<Record<string, () => React.ReactNode>> = {
  ...KINDS,
  'movement-loading': () => <Drawer movement={EXPLAINED.outside} read={never} />,
  'movement-error': () => <Drawer movement={EXPLAINED.outside} read={failing} />,
}
