/** A state as icon and words, so that it can be read without colour and shape. */
import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

export type Tone = 'critical' | 'warning' | 'success' | 'muted'

export function StatusLine({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <p className={`status-line tone-${tone}`}>
      <Icon name={icon} />
      <span>{children}</span>
    </p>
  )
}
