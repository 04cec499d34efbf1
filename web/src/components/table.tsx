/** A list as a table, or as two lines per row on narrow screens. The server sorts and pages. */
import type { ReactNode } from 'react'
import './table.css'

export interface Column<Row> {
  readonly id: string
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  /** Right-aligned, with tabular digits. */
  readonly isAmount?: boolean
}

export interface TableProps<Row> {
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string | number
  /** The row on a narrow screen: what and how much, then when and the remaining balance. */
  readonly narrow: (row: Row) => { first: ReactNode; amount: ReactNode; second: ReactNode; aside: ReactNode }
}

export function Table<Row>({ caption, columns, rows, keyOf, narrow }: TableProps<Row>) {
  return (
    <>
      <div className="table-scroll">
        <table className="table">
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map(({ id, header, isAmount }) => (
                <th key={id} scope="col" className={isAmount ? 'cell-amount' : ''}>
                  {header}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map(({ id, cell, isAmount }) => (
                  <td key={id} className={isAmount ? 'cell-amount' : ''}>
                    {cell(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="two-line-list" aria-label={caption}>
        {rows.map((row) => {
          const { first, amount, second, aside } = narrow(row)
          return (
            <li key={keyOf(row)}>
              <span className="two-line-first">{first}</span>
              <span className="two-line-amount">{amount}</span>
              <span className="two-line-second muted">{second}</span>
              <span className="two-line-aside muted">{aside}</span>
            </li>
          )
        })}
      </ul>
    </>
  )
}
