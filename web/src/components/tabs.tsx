/** Tabs and their panels. Arrow keys move between the tabs. */
import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import './tabs.css'

export interface Tab {
  readonly id: string
  readonly label: string
  readonly panel: ReactNode
}

export interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  /** To the right of the tabs. */
  readonly aside?: ReactNode
  readonly selected: string
  readonly onSelect: (id: string) => void
}

export function Tabs({ label, tabs, aside, selected, onSelect }: TabsProps) {
  return (
    <Base.Root value={selected} onValueChange={onSelect}>
      <div className="tabs-bar">
        <Base.List className="tabs-list" aria-label={label}>
          {tabs.map(({ id, label: name }) => (
            <Base.Tab key={id} value={id} className="tab">
              {name}
            </Base.Tab>
          ))}
        </Base.List>
        {aside}
      </div>
      {tabs.map(({ id, panel }) => (
        <Base.Panel key={id} value={id} className="tab-panel">
          {panel}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
