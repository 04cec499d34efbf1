import { describe, expect, it } from 'vitest'
import { escapeHtml, html } from '../../../src/api/pages/html.ts'

describe('html', () => {
  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['" onload="x', '&quot; onload=&quot;x'],
    ["' onload='x", '&#39; onload=&#39;x'],
    ['&lt;', '&amp;lt;'],
    ['Ångström, 4242', 'Ångström, 4242'],
  ])('escapes values: %s', (given, shown) => {
    expect(html`<p title="${given}">${given}</p>`.text).toBe(`<p title="${shown}">${shown}</p>`)
    expect(escapeHtml(given)).toBe(shown)
  })

  it('inserts its own markup unescaped, single or in lists, and nothing for null', () => {
    const rows = ['<a>', '<b>'].map((text) => html`<td>${text}</td>`)
    expect(html`<tr>${rows}${null}${html`<td>${3}</td>`}</tr>`.text).toBe(
      '<tr><td>&lt;a&gt;</td><td>&lt;b&gt;</td><td>3</td></tr>',
    )
  })
})
