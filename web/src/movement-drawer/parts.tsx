/** Building blocks of the drawer: a titled part, a list of figures, a link to another movement. */
import type { ReactNode } from 'react'

export function MovementPart({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="movement-part">
      <h3>{title}</h3>
      {children}
    </div>
  )
}

export interface Figure {
  readonly label: string
  readonly value: ReactNode
  readonly note?: string
}

/** Labels on the left, figures on the right; `total` below a line. */
export function Figures({ rows, total }: { rows: readonly Figure[]; total?: Figure }) {
  return (
    <dl className="figures">
      {rows.map(({ label, value, note }) => (
        <div key={label}>
          <dt className="muted">{label}</dt>
          <dd>
            {value}
            {note === undefined ? null : <span className="figures-note muted">{note}</span>}
          </dd>
        </div>
      ))}
      {total === undefined ? null : (
        <div className="figures-total">
          <dt>{total.label}</dt>
          <dd>{total.value}</dd>
        </div>
      )}
    </dl>
  )
}

/** Renders nothing if there is no movement to go to. */
export function LinkTo({
  sequence,
  onGo,
  children,
}: {
  sequence: number | null
  onGo: (sequence: number) => void
  children: ReactNode
}) {
  return sequence === null ? null : (
    <button type="button" className="link-button" data-leads-to={sequence} onClick={() => onGo(sequence)}>
      {children}
    </button>
  )
}
