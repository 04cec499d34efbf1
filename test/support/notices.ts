/** The text of a notice for an admin or a member in English, from the catalogue of mail and page. */
import type { Schema } from '../../src/api/client/client.ts'
import { textsFor } from '../../src/texts/languages.ts'
import { type NoticeText, noticeText } from '../../src/texts/notice-text.ts'

export function shownText(
  notice: Schema<'Notice'>,
  { currency }: Pick<Schema<'Notices'>, 'currency'>,
  locale = 'en-US',
): NoticeText {
  const role = notice.ask_admins.length > 0 ? 'member' : 'admin'
  return noticeText(textsFor(locale), notice, { role, timeZone: 'UTC', currency })
}
