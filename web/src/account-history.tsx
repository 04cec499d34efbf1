/** Wires movements, with their filter, and payments to their queries. */
import { useQuery } from '@tanstack/react-query'
import type { Account } from './api/account.ts'
import { loaded } from './api/loaded.ts'
import type { Session } from './credit/data.ts'
import { History } from './credit/history.tsx'
import { ExportCredit } from './export/export-credit.tsx'
import { NewMovements } from './movements/show-new.tsx'
import { useMovementCalls, useMovementFilter } from './movements/use-movement-filter.ts'
import { useAccountUsers, useMovements } from './movements/use-movements.ts'

export interface AccountHistoryProps {
  readonly queries: Account
  readonly session: Session
}

export { readMovementsAhead } from './movements/use-movements.ts'

export default function AccountHistory({ queries, session }: AccountHistoryProps) {
  const [payments, methods] = [useQuery(queries.payments), useQuery(queries.methods)]
  const { filter, setFilter } = useMovementFilter()
  const read = useMovements(queries, filter)
  const { users, load } = useAccountUsers(queries, read.api)
  return (
    <History
      movements={{
        found: read.found,
        filter,
        onFilter: setFilter,
        users,
        onUsersWanted: load,
        showNew: (onShown) => <NewMovements queries={queries} read={read} onShown={onShown} />,
      }}
      movementCalls={useMovementCalls()}
      payments={loaded(payments, (data) => ({ items: data.items }))}
      methods={loaded(methods, (data) => data.items)}
      readMovement={queries.movement}
      isSandbox={session.is_sandbox}
      // Closed accounts may export too.
      aside={session.role === 'admin' ? <ExportCredit session={session} /> : null}
    />
  )
}
