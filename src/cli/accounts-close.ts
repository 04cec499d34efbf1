/** `tollgate accounts close ACCOUNT`: nothing is charged from then on; late usage is still debited. */
import { closeAccount as closeInLedger } from '../ledger/accounts/close-account.ts'
import { CommandFailed } from './command.ts'
import { withLedger } from './connected.ts'
import { unlessCutOff } from './request-id.ts'

export async function closeAccount(accountId: string, { actor }: { readonly actor: string }): Promise<void> {
  await withLedger(async (writer) => {
    const closed = await unlessCutOff(
      closeInLedger(writer, accountId, actor),
      'the account may have been closed: it is safe to run the command again',
    )
    if ('refused' in closed) throw new CommandFailed(`there is no account ${accountId}`, 1)
    const { closedAt, isClosedNow } = closed.answer
    if (!isClosedNow) process.stderr.write('it had already been closed\n')
    console.log(`${accountId}: closed since ${closedAt}`)
  })
}
