// What docs/holds.md tells people to type, and what it says of the answers.
import fs from 'node:fs'
import path from 'node:path'

const PAGE = fs.readFileSync(path.join(import.meta.dirname, '../../docs/holds.md'), 'utf8')
const SECTION = PAGE.split(/^## /m).find((section) => section.startsWith('Your data, from a shell'))

/** The commands, block by block. The first block is the reader's to fill in. */
export const [SETTINGS, ...COMMANDS] = [...SECTION.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block]) => block)

/** The one block that has `text`. */
export function commandsWith(text) {
  const found = COMMANDS.filter((block) => block.includes(text))
  if (found.length !== 1) throw new Error(`${found.length} blocks of docs/holds.md have ${text}`)
  return found[0]
}

/** What the table of answers names, row by row. */
export const ANSWERS = [...SECTION.matchAll(/^\| `([^`]+)` \|/gm)].map(([, answer]) => answer)
